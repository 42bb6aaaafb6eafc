using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ModelOps.Browser.Tests;

/// <summary>No table or name hides something without a hint, however narrow the screen.</summary>
[Collection(BrowserGroup.Name)]
public sealed class SmallScreenTests(BrowserFixture browser)
{
    [BrowserTheory]
    [InlineData(360)]
    [InlineData(768)]
    public async Task Tables_ThatAreWiderThanTheScreen_KeepTheirFirstColumnAndShowThatThereIsMore(int width)
    {
        var shown = await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync("es", width);
        var page = await visitor.SignInAsync(asAdmin: true);
        List<string> problems = [];
        foreach (var path in new[] { "/versions", "/data", $"/data/{shown.Dataset}", "/trainings", "/retrain", $"/versions/{shown.Active}",
            $"/compare?candidate={shown.Newer}", "/accounts", "/account" })
        {
            await page.GoAsync(path);
            await Expect(page.Locator(".table-box").First).ToBeVisibleAsync();
            problems.AddRange((await page.EvaluateAsync<string[]>(
                """
                () => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))).then(() =>
                  [...document.querySelectorAll('.table-box')].filter(box => box.checkVisibility()).flatMap(box => {
                    const name = box.innerText.slice(0, 50);
                    if (box.scrollWidth <= box.clientWidth + 1) return [];
                    if (box.querySelector('.matrix')) return [`a matrix is cut off: ${name}`];
                    const row = box.querySelector('tbody tr');
                    const first = row?.querySelector('.key') ?? row?.firstElementChild;
                    const found = [];
                    if (!getComputedStyle(box).boxShadow.includes('inset')) found.push(`no shadow: ${name}`);
                    box.scrollLeft = box.scrollWidth;
                    if (first && first.getBoundingClientRect().left < box.getBoundingClientRect().left - 1) found.push(`the first column is gone: ${name}`);
                    return found;
                  }))
                """)).Select(problem => $"{path}, {width}: {problem}"));
        }

        Assert.True(problems.Count == 0, string.Join("\n", problems));
        Assert.Empty(visitor.Errors);
    }

    [BrowserTheory]
    [InlineData(1280)]
    [InlineData(360)]
    public async Task Data_WithADatasetNameOf100Characters_StaysInsideTheScreen(int width)
    {
        var name = $"{new string('n', 96)}.csv";
        await browser.Service.UploadAsync(name, 50);
        try
        {
            await using var visitor = await browser.VisitAsync(width: width);
            var page = await visitor.SignInAsync(asAdmin: true, "/data");

            await page.Link(name).First.ScrollIntoViewIfNeededAsync();
            await Expect(page.Link(name).First).ToBeInViewportAsync(new() { Ratio = 0.9f });
            if (width > 1000)
            {
                await Expect(page.Button($"Delete: {name}")).ToBeInViewportAsync(new() { Ratio = 1 });
            }

            foreach (var path in new[] { "/data", $"/data/{name}", $"/retrain?dataset={name}" })
            {
                await page.GoAsync(path);
                Assert.Equal(0, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth"));
            }
        }
        finally
        {
            using var deleted = await browser.Service.Admin.DeleteAsync($"/model/datasets/{name}");
            deleted.EnsureSuccessStatusCode();
        }
    }
}
