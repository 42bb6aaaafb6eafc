using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;

namespace ModelOps.Browser.Tests;

/// <summary>
/// One service and one browser for all tests. Without Chromium it stays empty and <see cref="BrowserFactAttribute"/> skips.
/// </summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private static readonly string[] Arguments =
    [
        // As root there is no sandbox; the rest keeps the browser itself from calling home.
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private Task<Shown>? _shown;

    public Service Service { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (Build.Chromium is null)
        {
            return;
        }

        Assertions.SetDefaultExpectTimeout(30_000);
        Environment.SetEnvironmentVariable("PLAYWRIGHT_DRIVER_SEARCH_PATH", Build.PlaywrightDriver);
        Service = await Service.StartAsync();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Build.Chromium, Args =
            Arguments });
    }

    /// <summary>A service with something on every page: a version in service, a newer one, and a dataset with problems.</summary>
    public Task<Shown> ShownAsync() => _shown ??= MakeShownAsync();

    /// <summary>A visitor with cookies of their own.</summary>
    /// <param name="address">Where a proxy shows the service; its own address if omitted.</param>
    public async Task<Visitor> VisitAsync(
        string language = "en", int width = 1280, bool dark = false, Service? service = null, Uri? address = null)
    {
        var home = address ?? (service ?? Service).Address;
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = home.ToString(),
            Locale = language,
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
            TimezoneId = "Europe/Madrid",
            ViewportSize = new ViewportSize { Width = width, Height = 800 },
        });
        context.SetDefaultTimeout(30_000);
        return new Visitor(context, home);
    }

    private async Task<Shown> MakeShownAsync()
    {
        var dataset = await Service.UploadAsync("clinic-2026.csv");
        var first = await Service.TrainAsync(dataset, epochs: 3, architecture: "mlp-bn");
        await Service.ActivateAsync(first);
        var active = await Service.TrainAsync(dataset, epochs: 60);
        await Service.ActivateAsync(active, "More epochs, better on the same patients.");
        var newer = await Service.TrainAsync(dataset, epochs: 60, seed: 7);
        await Service.ImportAsync("clinic-2025.csv", rows: 60);
        var job = (await Service.Admin.GetFromJsonAsync<JsonElement>("/model/versions?limit=1")).GetProperty("models")[0]
            .GetProperty("job_id").GetString()!;
        return new Shown(dataset, first, active, newer, job);
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (Service is not null)
        {
            await Service.DisposeAsync();
        }
    }
}

/// <param name="MlpBn">The first version, of the network mlp-bn.</param>
/// <param name="Newer">The newest version, which waits.</param>
/// <param name="Job">The training that made it.</param>
public sealed record Shown(string Dataset, string MlpBn, string Active, string Newer, string Job);

[CollectionDefinition(Name)]
public sealed class BrowserGroup : ICollectionFixture<BrowserFixture>
{
    public const string Name = "browser";
}

/// <summary>Needs Chromium: without it a visible skip, in CI a failure.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = Missing.Reason;
}

/// <inheritdoc cref="BrowserFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute() => Skip = Missing.Reason;
}

internal static class Missing
{
    /// <summary>In CI nothing is skipped: the tests then fail for want of a browser.</summary>
    public static string? Reason =>
        Build.Chromium is null && Environment.GetEnvironmentVariable("CI") != "true" ? "Chromium isn't installed." : null;
}
