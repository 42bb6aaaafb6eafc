using System.Text.Json;
using Microsoft.Playwright;

namespace ModelOps.Browser.Tests;

/// <summary>
/// Every page in both themes, wide and narrow: readable by everybody (axe-core), nothing off the edge, and a picture of each.
/// </summary>
[Collection(BrowserGroup.Name)]
public sealed class LookTests(BrowserFixture browser)
{
    private const int Wide = 1280;

    private static readonly string Axe = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "axe", "axe.min.js"));

    [BrowserTheory]
    [InlineData(Wide, false)]
    [InlineData(Wide, true)]
    [InlineData(360, false)]
    [InlineData(360, true)]
    public async Task EveryPage_InThisThemeAndWidth_PassesAxeAndFits(int width, bool dark)
    {
        Directory.CreateDirectory(Build.Screenshots);
        var shown = await browser.ShownAsync();
        // The dark pages in the language with the longer words.
        await using var visitor = await browser.VisitAsync(dark ? "es" : "en", width, dark);
        List<string> problems = [];

        var login = await visitor.OpenAsync("/login");
        await LookAsync(login, "login", width, dark, problems);
        await login.CloseAsync();
        var page = await visitor.SignInAsync(asAdmin: true);
        foreach (var (name, path) in Paths(shown))
        {
            await page.GoAsync(path);
            await LookAsync(page, name, width, dark, problems);
        }

        Assert.True(problems.Count == 0, string.Join("\n", problems));
        Assert.Empty(visitor.Strangers);
        Assert.Empty(visitor.Errors);
    }

    private static IEnumerable<(string Name, string Path)> Paths(Shown shown) =>
    [
        ("overview", "/"),
        ("retrain", "/retrain"),
        ("trainings", "/trainings"),
        ("training-ended", $"/trainings/{shown.Job}"),
        ("versions", "/versions"),
        ("version", $"/versions/{shown.Active}"),
        ("version-single", $"/versions/{shown.MlpBn}"),
        ("compare-networks", $"/compare?candidate={shown.Active}&baseline={shown.MlpBn}"),
        ("compare", $"/compare?candidate={shown.Newer}"),
        ("compare-several", $"/compare?candidate={shown.Newer}&candidate={shown.MlpBn}"),
        ("trend", "/trend"),
        ("history", "/history"),
        ("data", "/data"),
        ("dataset", $"/data/{shown.Dataset}"),
        ("records", "/labelled-records"),
        ("records-none", "/labelled-records?source=lab&to=2020-01-01"),
        ("try", "/try"),
        ("predictions", "/predicted?state=all"),
        ("users", "/accounts"),
        ("system", "/system"),
        ("account", "/account"),
        ("nothing-here", "/not-found"),
    ];

    /// <summary>Elements that show no outline while they have the keyboard's focus.</summary>
    private static async Task<IEnumerable<string>> WithoutFocusRingAsync(IPage page, string name, int width)
    {
        // After a key, the browser treats a focus by script as one by keyboard.
        await page.Keyboard.PressAsync("Tab");
        var bare = await page.EvaluateAsync<string[]>(
            """
            () => {
              const before = document.activeElement;
              const found = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
                .filter(e => !e.disabled && e.type !== 'hidden' && e.checkVisibility({ visibilityProperty: true }))
                .filter(e => {
                  e.focus({ preventScroll: true });
                  if (document.activeElement !== e) return false;
                  const ringed = [e, e.closest('.drop')].filter(x => x).some(x => {
                    const style = getComputedStyle(x);
                    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
                  });
                  return !ringed;
                });
              before?.focus?.();
              return found.map(e => e.outerHTML.slice(0, 160));
            }
            """);
        return bare.Select(element => $"{name}, {width}: no focus ring: {element}");
    }

    /// <summary>Asserts the same of a page as it is now, for instance with an open dialog, and takes a picture.</summary>
    internal static async Task AssertReadableAsync(IPage page, string name)
    {
        Directory.CreateDirectory(Build.Screenshots);
        List<string> problems = [];
        await LookAsync(page, name, page.ViewportSize!.Width, dark: true, problems, isWhole: false);
        Assert.True(problems.Count == 0, string.Join("\n", problems));
    }

    private static async Task LookAsync(IPage page, string name, int width, bool dark, List<string> problems, bool isWhole = true)
    {
        await page.ScreenshotAsync(new() { Path = Path.Combine(Build.Screenshots, $"{name}-{(dark ? "dark" : "light")}-{width}.png"),
            FullPage = isWhole });
        await page.EvaluateAsync(Axe);
        var found = await page.EvaluateAsync<JsonElement>(
            """
            async () => (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
              .violations.map(v => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + ' (' + (n.any[0]?.message ?? n.all[0]?.message ?? '') + ')').join(' | ')}`)
            """);
        problems.AddRange(found.EnumerateArray().Select(v => $"{name}, {width}: {v.GetString()}"));
        problems.AddRange(await WithoutFocusRingAsync(page, name, width));
        var overflow = await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
        if (overflow > 0)
        {
            problems.Add($"{name}, {width}: {overflow} px off the edge");
        }

        // On a narrow screen a table may be moved sideways in its box; on a wide one that hides a column from whoever doesn't know.
        if (width == Wide)
        {
            var hidden = await page.EvaluateAsync<string[]>(
                "() => [...document.querySelectorAll('.table-box')].filter(b => b.scrollWidth > b.clientWidth).map(b => b.innerText.slice(0, 60))");
            problems.AddRange(hidden.Select(table => $"{name}, {width}: a table is cut off: {table}"));
        }
    }
}
