using ModelOps.TestSupport;
using static Microsoft.Playwright.Assertions;

namespace ModelOps.Browser.Tests;

/// <summary>The dashboard under a path of a proxy's site, with the configuration of docs/operations.md.</summary>
[Collection(BrowserGroup.Name)]
public sealed class ProxyPathTests(BrowserFixture browser)
{
    [BrowserFact]
    public async Task Dashboard_UnderAPath_WorksFromSignInToSignOut()
    {
        await using var service = await Service.StartAsync(
            ("ModelOps__PathBase", "/modelops"), ("ModelOps__Proxy__Network", "127.0.0.1/32"));
        var document = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "operations.md"));
        await using var proxy = await NginxProxy.StartAsync(service.Address, document);
        await using var visitor = await browser.VisitAsync(address: proxy.Address);

        // By the menu, over the page's connection, and back to where the session's loss was noticed.
        var page = await visitor.SignInAsync(asAdmin: true, "system");
        await page.Locator("nav a", new() { HasText = "Data" }).First.ClickAsync();
        await Expect(page).ToHaveURLAsync(new Uri(proxy.Address, "data").ToString());
        await Expect(page.Locator("h1")).ToHaveTextAsync("Data");
        await page.Button("Dark colours").ClickAsync();
        await page.Button("Español").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Datos");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");

        await page.Locator("a.brand").ClickAsync();
        await Expect(page).ToHaveURLAsync(proxy.Address.ToString());
        await page.SettledAsync();
        await Expect(page.Locator("main a[href='data']").First).ToBeVisibleAsync();
        Assert.DoesNotContain(
            await page.Locator("a[href]").EvaluateAllAsync<string[]>("links => links.map(link => link.href)"),
            link => link.StartsWith("http", StringComparison.Ordinal)
                && !link.StartsWith(proxy.Address.ToString(), StringComparison.Ordinal));

        await page.GetByText("Cerrar sesión").ClickAsync();
        await Expect(page).ToHaveURLAsync(new Uri(proxy.Address, "login").ToString());
        Assert.Empty(visitor.Strangers);
        Assert.Empty(visitor.Errors);
    }
}
