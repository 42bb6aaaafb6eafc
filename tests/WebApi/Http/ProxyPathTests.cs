using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Application.Datasets;
using ModelOps.TestSupport;
using ModelOps.WebApi.Controllers;

namespace ModelOps.WebApi.Tests.Http;

/// <summary>A service under a path of nginx's site, with the configuration of docs/operations.md.</summary>
public sealed class ProxiedFixture : ServiceFixture
{
    public ProxiedFixture()
    {
        Settings["ModelOps:PathBase"] = "/modelops/";
        Settings["ModelOps:Proxy:Network"] = "127.0.0.1/32";
    }

    public static string Document { get; } = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));

    /// <summary>Passes the path on, as the document shows it.</summary>
    public NginxProxy Keeping { get; private set; } = null!;

    /// <summary>Takes the path off.</summary>
    public NginxProxy Stripping { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Keeping = await NginxProxy.StartAsync(ClientOptions.BaseAddress, Document);
        Stripping = await NginxProxy.StartAsync(ClientOptions.BaseAddress, Document, strips: true);
    }

    public override async ValueTask DisposeAsync()
    {
        await Keeping.DisposeAsync();
        await Stripping.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    public async Task<HttpClient> AdminAsync(bool strips)
    {
        using var direct = await AdminAsync();
        var client = Visitor(strips);
        client.DefaultRequestHeaders.Authorization = direct.DefaultRequestHeaders.Authorization;
        return client;
    }

    /// <summary>Follows no redirect.</summary>
    public HttpClient Visitor(bool strips) =>
        new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = (strips ? Stripping : Keeping).Address,
        };
}

public sealed partial class ProxyPathTests(ProxiedFixture service) : IClassFixture<ProxiedFixture>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Addresses_ThatTheServiceWrites_WorkThroughTheProxy(bool strips)
    {
        using var client = await service.AdminAsync(strips);
        var name = Api.NewName();

        // Larger than what a proxy passes on without being told.
        using var upload = await client.UploadAsync(
            name, Encoding.UTF8.GetBytes(Api.Sample(60_000)), address: "model/upload-dataset");
        Assert.Equal(HttpStatusCode.Created, upload.StatusCode);
        Assert.Equal($"/modelops/model/datasets/{name}", Location(upload));
        using var dataset = await client.GetAsync(Location(upload));
        Assert.Equal(HttpStatusCode.OK, dataset.StatusCode);

        using var retrain = await client.PostAsJsonAsync(
            "model/retrain", new { use_database = false, dataset_name = name, epochs = 10_000 });
        var address = (await retrain.JsonAsync()).GetProperty("status_url").GetString()!;
        Assert.Equal(address, Location(retrain));
        Assert.StartsWith("/modelops/model/jobs/", address, StringComparison.Ordinal);

        // The first event arrives long before the training ends.
        using var stream = await client.GetAsync(address + "/events", HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await stream.Content.ReadAsStreamAsync());
        var first = await lines.ReadLineAsync().WaitAsync(Api.Patience);
        var job = JsonSerializer.Deserialize<JsonElement>(first!["data: ".Length..]);
        Assert.Contains(Api.Status(job), new[] { "queued", "running" });
        using var cancel = await client.PostAsync(address + "/cancel", null);
        Assert.Equal(HttpStatusCode.Accepted, cancel.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SignIn_ByThePage_StaysUnderThePath(bool strips)
    {
        using var browser = service.Visitor(strips);
        using var toSignIn = await browser.GetAsync("versions", ("Accept", "text/html"));
        Assert.Equal("/modelops/login?ReturnUrl=%2Fmodelops%2Fversions", Location(toSignIn));

        using var form = await browser.GetAsync("login");
        Assert.Contains("<base href=\"/modelops/\"", await form.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var signedIn = await browser.SignInAsync(Location(toSignIn));
        Assert.Equal("/modelops/versions", Location(signedIn));
        var cookies = signedIn.Headers.GetValues("Set-Cookie").ToArray();
        Assert.All(cookies, cookie => Assert.Contains("; path=/modelops;", cookie, StringComparison.OrdinalIgnoreCase));
        Assert.Contains(cookies, cookie => cookie.StartsWith("modelops.session=", StringComparison.Ordinal));

        using var spanish = await browser.GetAsync("login?language=es");
        Assert.Contains(spanish.Headers.GetValues("Set-Cookie"), cookie =>
            cookie.StartsWith("modelops.language=es", StringComparison.Ordinal)
                && cookie.Contains("path=/modelops/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pages_OfTheServiceAndItsLibraries_NameNothingOutsideThePath(bool strips)
    {
        using var client = await service.AdminAsync(strips);
        foreach (var page in new[] { "login", "scalar", "hangfire", "no-page" })
        {
            using var answer = await client.GetAsync(page, ("Accept", "text/html"));
            var text = await answer.Content.ReadAsStringAsync();
            Assert.DoesNotMatch(RootAddress(), text);
        }

        foreach (var file in new[] { "dashboard.css", "_framework/blazor.web.js", "openapi/v1.json", "health/ready" })
        {
            using var answer = await client.GetAsync(file);
            Assert.Equal((file, HttpStatusCode.OK), (file, answer.StatusCode));
        }

        var servers = (await client.JsonAsync("openapi/v1.json")).GetProperty("servers");
        Assert.EndsWith("/modelops", servers[0].GetProperty("url").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Path_WithoutItsSlash_LeadsToTheOverview()
    {
        using var direct = service.Browser();
        using var answer = await direct.GetAsync("/modelops?a=b");
        using var other = await direct.GetAsync("/modelopsx/health/live");

        Assert.Equal("/modelops/?a=b", Location(answer));
        Assert.NotEqual(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public void DocumentedProxy_LetsTheLargestUploadAndTheLongestWaitThrough()
    {
        var proxy = NginxProxy.Block(ProxiedFixture.Document);

        const long megabyte = 1024 * 1024;
        var largest = service.Services.GetRequiredService<UploadLimits>().MaxBytes;
        Assert.True(Number(proxy, "client_max_body_size", "m") * megabyte > largest + (64 * megabyte));
        Assert.True(Number(proxy, "proxy_read_timeout", "s") > PreferHeader.MaxWaitSeconds);
    }

    [Theory]
    [InlineData("modelops")]
    [InlineData("/a/../b")]
    [InlineData("/a b")]
    [InlineData("https://portal.example.org/modelops")]
    public async Task Start_WithAnImpossiblePath_IsRefused(string path)
    {
        await using var refused = ServiceProcess.Run(["migrate"], ("ModelOps__PathBase", path));

        Assert.NotEqual(0, await refused.EndAsync());
        Assert.Contains("ModelOps__PathBase must be a path such as /modelops.", refused.Output, StringComparison.Ordinal);
    }

    private static string Location(HttpResponseMessage response) => response.Headers.GetValues("Location").Single();

    private static int Number(string configuration, string directive, string unit) => int.Parse(
        Regex.Match(configuration, $@"\b{directive} (\d+){unit};").Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?:href|src|action)=[""']/(?!modelops/)")]
    private static partial Regex RootAddress();
}
