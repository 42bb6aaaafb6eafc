using System.Text.RegularExpressions;
using Microsoft.Playwright;
using ModelOps.TestSupport;
using static Microsoft.Playwright.Assertions;

namespace ModelOps.Browser.Tests;

/// <summary>The example application of clients/angular, built by build/angular.sh, on a site of its own.</summary>
[Collection(BrowserGroup.Name)]
public sealed partial class AngularExampleTests(BrowserFixture browser)
{
    [ExampleFact]
    public async Task Example_FromAnotherSite_TrainsWatchesAndActivates()
    {
        await using var site = StaticSite.Start(ExampleFactAttribute.Require());
        await using var service = await Service.StartAsync(("ModelOps__Cors__Origins", site.Address.GetLeftPart(UriPartial.Authority)));
        await using var visitor = await VisitAsync(site, service);
        var page = await visitor.OpenAsync();
        await SignInAsync(page);
        await Expect(page.GetByText("No version is in service.")).ToBeVisibleAsync();

        await page.GetByLabel("Dataset (CSV)").SetInputFilesAsync(Build.Sample);
        await Expect(page.GetByText("sample.csv", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByLabel("The records of the database")).Not.ToBeCheckedAsync();
        await page.GetByLabel("Epochs").FillAsync("800");
        await page.Button("Train").ClickAsync();
        await Expect(page.GetByLabel(Running())).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync(Trained());
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Activate v") }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("It answers from now on.");
        await page.Button("Activate").ClickAsync();

        var active = page.Locator(".name");
        await Expect(active).ToHaveTextAsync(new Regex("^v[0-9]{8}_"));
        Assert.Equal(await service.ActiveAsync(), await active.TextContentAsync());
        await LookTests.AssertReadableAsync(page, "angular-example");

        // The browser notes that no model was in service at first.
        Assert.DoesNotContain(visitor.Errors, error => !error.Contains("status of 404", StringComparison.Ordinal));
        Assert.All(visitor.Strangers, url => Assert.StartsWith(service.Address.ToString(), url, StringComparison.Ordinal));
    }

    [ExampleFact]
    public async Task Example_FromASiteThatNobodyNamed_IsRefusedByTheBrowser()
    {
        await using var site = StaticSite.Start(ExampleFactAttribute.Require());
        await using var visitor = await VisitAsync(site, browser.Service);
        var page = await visitor.OpenAsync();

        await SignInAsync(page);

        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("The service can't be reached.");
        Assert.Contains(visitor.Errors, error => error.Contains("blocked by CORS policy", StringComparison.Ordinal));
    }

    private Task<Visitor> VisitAsync(StaticSite site, Service service)
    {
        site.Texts["config.json"] = $$"""{ "service": "{{service.Address}}" }""";
        return browser.VisitAsync(width: 360, address: site.Address);
    }

    private static async Task SignInAsync(IPage page)
    {
        await page.GetByLabel("E-mail").FillAsync(Service.AdminEmail);
        await page.GetByLabel("Password").FillAsync(Service.AdminPassword);
        await page.Button("Sign in").ClickAsync();
    }

    [GeneratedRegex("^Epoch [1-9][0-9]* of 800, running$")]
    private static partial Regex Running();

    [GeneratedRegex("^v[0-9]{8}_[0-9]{6} was trained\\.$")]
    private static partial Regex Trained();
}

/// <summary>Skipped where the example isn't built; in CI only where npm is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ExampleFactAttribute : FactAttribute
{
    private const string NotBuilt = "The Angular example isn't built: run build/angular.sh.";

    public ExampleFactAttribute() => Skip = Missing.Reason
        ?? (!IsBuilt && (Environment.GetEnvironmentVariable("CI") != "true" || !HasNpm) ? NotBuilt : null);

    private static string Folder => Path.Combine(Repository.Root, "clients", "angular", "dist", "browser");

    private static bool IsBuilt => File.Exists(Path.Combine(Folder, "index.html"));

    private static bool HasNpm => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, "npm")));

    /// <summary>The folder with the built example.</summary>
    public static string Require()
    {
        Assert.True(IsBuilt, NotBuilt);
        return Folder;
    }
}
