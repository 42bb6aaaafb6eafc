using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using ModelOps.WebApi.Dashboard;

namespace ModelOps.WebApi.Tests.Http;

[Collection(ServiceCollection.Name)]
public sealed class ReturnAddressTests(ServiceFixture service)
{
    [Theory]
    [InlineData("/versions", "/versions")]
    [InlineData("/versions?q=é", "/versions?q=%C3%A9")]
    [InlineData("/%C3%A9", "/%C3%A9")]
    [InlineData("/日本", "/%E6%97%A5%E6%9C%AC")]
    [InlineData("/a/../versions", "/versions")]
    [InlineData("/a/..//elsewhere.example", "/")]
    [InlineData("//elsewhere.example", "/")]
    [InlineData(@"/\elsewhere.example", "/")]
    [InlineData("https://elsewhere.example/", "/")]
    [InlineData("/x\r\nSet-Cookie: a=b", "/")]
    [InlineData("", "/")]
    [InlineData(null, "/")]
    public void Of_AnAddress_IsALocalOneThatAHeaderCanCarry(string? address, string expected) =>
        Assert.Equal(expected, LocalAddress.Of(address, PathString.Empty));

    [Theory]
    [InlineData("/modelops/versions", "/modelops/versions")]
    [InlineData("/modelops", "/modelops")]
    [InlineData("/versions", "/modelops/")]
    [InlineData("/modelopsx", "/modelops/")]
    [InlineData("/modelops/../other", "/modelops/")]
    [InlineData(null, "/modelops/")]
    public void Of_AnAddressBehindAProxysPath_IsUnderThisPath(string? address, string expected) =>
        Assert.Equal(expected, LocalAddress.Of(address, "/modelops"));

    [Theory]
    [InlineData("/versions?q=é", "/versions?q=%C3%A9")]
    [InlineData("/versions", "/versions")]
    public async Task SignIn_WithAReturnAddress_LeadsThere(string address, string expected)
    {
        using var browser = service.Browser();
        using var response = await browser.SignInAsync($"/login?ReturnUrl={Uri.EscapeDataString(address)}");

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal(expected, response.Headers.GetValues("Location").Single());
    }
}

/// <summary>A browser as far as the sign-in form needs one.</summary>
internal static partial class Browsers
{
    /// <summary>Follows no redirect.</summary>
    public static HttpClient Browser(this ServiceFixture service) =>
        new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = service.ClientOptions.BaseAddress };

    /// <summary>
    /// Sends the form with the page's cookies. Behind a proxy with TLS they are Secure, and a cookie container wouldn't send them by the
    /// plain connection that stands for the proxy's.
    /// </summary>
    public static async Task<HttpResponseMessage> SignInAsync(
        this HttpClient browser, string page = "/login",
        string email = ServiceFixture.AdminEmail, string password = ServiceFixture.AdminPassword)
    {
        using var form = await browser.GetAsync(page);
        var token = Token().Match(await form.Content.ReadAsStringAsync()).Groups[1].Value;
        using var request = new HttpRequestMessage(HttpMethod.Post, page)
        {
            Content = new FormUrlEncodedContent(
            [
                new("_handler", "sign-in"), new("__RequestVerificationToken", token), new("Email", email),
                    new("Password", password),
            ]),
        };
        request.Headers.Add("Cookie", string.Join("; ", form.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0])));
        return await browser.SendAsync(request);
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
