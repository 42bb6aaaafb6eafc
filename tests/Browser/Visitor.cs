using System.Collections.Concurrent;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ModelOps.Browser.Tests;

/// <summary>Somebody with a browser. What no page of ours may do is noted from the first request on.</summary>
public sealed class Visitor : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly Uri _home;
    private readonly ConcurrentQueue<string> _errors = [];
    private readonly ConcurrentQueue<string> _strangers = [];

    public Visitor(IBrowserContext context, Uri home)
    {
        _context = context;
        _home = home;
        context.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: not ("data" or "blob") } url && url.Authority != _home.Authority)
            {
                _strangers.Enqueue(request.Url);
            }
        };
        context.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _errors.Enqueue($"{message.Page?.Url}: {message.Text}");
            }
        };
        context.WebError += (_, error) => _errors.Enqueue(error.Error);
    }

    /// <summary>Addresses that were asked for and aren't the service's.</summary>
    public IReadOnlyCollection<string> Strangers => _strangers;

    /// <summary>What the browser complained about.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    public async Task<IPage> OpenAsync(string path = "/")
    {
        var page = await _context.NewPageAsync();
        await page.GotoAsync(path);
        return page;
    }

    public Task<IPage> SignInAsync(bool asAdmin, string path = "/") =>
        asAdmin ? SignInAsync(Service.AdminEmail, Service.AdminPassword, path) : SignInAsync(Service.UserEmail, Service.UserPassword, path);

    public async Task<IPage> SignInAsync(string email, string password, string path = "/")
    {
        var page = await OpenAsync(path);
        await page.Locator("#email").FillAsync(email);
        await page.Locator("#password").FillAsync(password);
        await page.Locator("form button[type=submit]").ClickAsync();

        // Not WaitForURLAsync, here and elsewhere: on a busy machine it waits in vain for an event that came before.
        await Expect(page).ToHaveURLAsync(new Uri(_home, path).ToString());
        await page.SettledAsync();
        return page;
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}

internal static class Pages
{
    /// <summary>Live, and with what it loads.</summary>
    public static async Task SettledAsync(this IPage page)
    {
        await Expect(page.Locator("h1")).ToBeVisibleAsync();
        await Expect(page.Locator(".splash:visible, .skeleton")).ToHaveCountAsync(0);
    }

    public static async Task GoAsync(this IPage page, string path)
    {
        await page.GotoAsync(path);
        await page.SettledAsync();
    }

    public static ILocator Button(this IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>Says yes in the dialog that is open, by its button.</summary>
    public static Task ConfirmAsync(this IPage page, string action) =>
        page.Locator(".mud-dialog").GetByRole(AriaRole.Button, new() { Name = action, Exact = true }).ClickAsync();

    public static ILocator Link(this IPage page, string name) => page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });
}
