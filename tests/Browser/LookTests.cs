using Microsoft.Playwright;

namespace ModelOps.Browser.Tests;

[Collection(BrowserGroup.Name)]
public sealed class LookTests(BrowserFixture browser)
{
    [BrowserFact]
    public async Task Look()
    {
        Directory.CreateDirectory(Build.Screenshots);
        await using var visitor = await browser.VisitAsync();
        var login = await visitor.OpenAsync("/");
        await login.ScreenshotAsync(new() { Path = Path.Combine(Build.Screenshots, "login.png") });
        await login.CloseAsync();
        var page = await visitor.SignInAsync(asAdmin: true);
        await page.ScreenshotAsync(new() { Path = Path.Combine(Build.Screenshots, "overview.png") });
        Assert.Empty(visitor.Strangers);
        Assert.Empty(visitor.Errors);
    }
}
