using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ModelOps.Browser.Tests;

/// <summary>The pages that libraries bring, under a policy that allows only the service's own scripts and connections.</summary>
[Collection(BrowserGroup.Name)]
public sealed class LibraryPagesTests(BrowserFixture browser)
{
    [BrowserFact]
    public async Task JobServer_UnderItsPolicy_DrawsItsGraphsAndComplainsAboutNothing()
    {
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: true);

        AssertStrict((await page.GotoAsync("/hangfire"))!);
        await Expect(page.Locator("canvas#realtimeGraph")).ToBeVisibleAsync();
        foreach (var path in new[] { "jobs/enqueued", "jobs/succeeded", "servers", "recurring", "retries" })
        {
            AssertStrict((await page.GotoAsync($"/hangfire/{path}"))!);
            await Expect(page.Locator("h1")).ToBeVisibleAsync();
        }

        Assert.Empty(visitor.Errors);
        Assert.Empty(visitor.Strangers);
    }

    [BrowserFact]
    public async Task ApiReference_UnderItsPolicy_SendsARequestAndOffersNothingOutside()
    {
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.OpenAsync();

        AssertStrict((await page.GotoAsync("/scalar/"))!);
        await page.GetByText("Authentication", new() { Exact = true }).First.WaitForAsync();
        await Expect(page.Locator("a:visible[href^='http']:not([href^='" + browser.Service.Address + "'])")).ToHaveCountAsync(0);
        await Expect(page.Locator("button:visible", new() { HasText = "Generate SDK" })).ToHaveCountAsync(0);
        await Expect(page.Locator("button:visible", new() { HasText = "Ask AI" })).ToHaveCountAsync(0);

        await page.GotoAsync("/scalar/#tag/health/GET/health/live");
        await page.GetByRole(AriaRole.Button, new() { Name = "Test Request (get /health/live)" }).ClickAsync();
        var answer = page.WaitForResponseAsync("**/health/live");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).First.ClickAsync();
        Assert.Equal(200, (await answer).Status);

        Assert.Empty(visitor.Errors);
        Assert.Empty(visitor.Strangers);
    }

    private static void AssertStrict(IResponse page)
    {
        Assert.Equal(200, page.Status);
        var policy = page.Headers["content-security-policy"];
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        var scripts = policy.Split(';', StringSplitOptions.TrimEntries).Single(p => p.StartsWith("script-src ", StringComparison.Ordinal));
        Assert.DoesNotContain("unsafe", scripts, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
    }
}
