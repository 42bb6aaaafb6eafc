using System.Net;

namespace ModelOps.WebApi.Tests.Auth.Hospital;

/// <summary>A browser with cookies, which a test sends from page to page.</summary>
internal sealed class HospitalBrowser : IDisposable
{
    private readonly HttpClient _client;
    private readonly Uri _service;

    public HospitalBrowser(Uri service, string language = "en")
    {
        _service = service;
        _client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = Cookies });
        _client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        _client.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
    }

    public CookieContainer Cookies { get; } = new();

    public HttpClient Client => _client;

    public Uri Service => _service;

    /// <summary>Follows redirects from a page of ModelOps to the first page that isn't one.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string address)
    {
        var next = new Uri(_service, address);
        for (var hops = 0; hops < 10; hops++)
        {
            var response = await _client.GetAsync(next);
            if (response.Headers.Location is not { } location)
            {
                return response;
            }

            next = new Uri(next, location);
            response.Dispose();
        }

        throw new InvalidOperationException($"Ten redirects, the last one to {next.GetLeftPart(UriPartial.Path)}.");
    }

    /// <summary>
    /// Begins at ModelOps, signs in at the hospital, and stops before the browser would open ModelOps's address that ends the sign-in.
    /// </summary>
    /// <returns>That address.</returns>
    public async Task<Uri> SignInAtTheHospitalAsync(Person person, string returnUrl = "/")
    {
        using var page = await OpenAsync($"/login/oidc?returnUrl={Uri.EscapeDataString(returnUrl)}");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal("/sign-in", page.RequestMessage!.RequestUri!.AbsolutePath);
        using var signedIn = await _client.PostAsync(
            page.RequestMessage.RequestUri,
            new FormUrlEncodedContent([new("email", person.Email), new("password", HospitalProvider.Password)]));
        Assert.Equal(HttpStatusCode.Redirect, signedIn.StatusCode);
        using var authorized = await _client.GetAsync(new Uri(page.RequestMessage.RequestUri, signedIn.Headers.Location!));
        Assert.Equal(HttpStatusCode.Redirect, authorized.StatusCode);
        return authorized.Headers.Location!;
    }

    /// <summary>The whole way; gives ModelOps's answer to the provider's redirect.</summary>
    public async Task<HttpResponseMessage> SignInAsync(Person person, string returnUrl = "/") =>
        await _client.GetAsync(await SignInAtTheHospitalAsync(person, returnUrl));

    /// <summary>Who ModelOps says is signed in; null for nobody.</summary>
    public async Task<(string Email, string Role)?> MeAsync()
    {
        using var response = await _client.GetAsync(new Uri(_service, "/auth/me"));
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            return null;
        }

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var me = await response.JsonAsync();
        return (me.GetProperty("email").GetString()!, me.GetProperty("roles")[0].GetString()!);
    }

    public void Dispose() => _client.Dispose();
}
