using System.Net;
using System.Net.Http.Json;
using System.Web;
using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests.Auth.Hospital;

public sealed class HospitalFailureOnSqliteTests(HospitalFixture service) : HospitalFailureTests(service), IClassFixture<HospitalFixture>;

public sealed class HospitalFailureOnPostgreSqlTests(PostgreSqlHospitalFixture service)
    : HospitalFailureTests(service.Required()), IClassFixture<PostgreSqlHospitalFixture>;

/// <summary>Whatever goes wrong between ModelOps and the hospital's sign-in, a page says what to do, and nobody is let in.</summary>
public abstract class HospitalFailureTests(HospitalFixture service)
{
    private const string Failed = "Go back to the sign-in page and try again.";

    [Fact]
    public async Task SignIn_ThatThePersonCancels_IsRefused()
    {
        using var browser = service.Browser();
        service.Hospital.Refuses = true;
        try
        {
            using var answer = await browser.OpenAsync("/login/oidc");

            var page = await HospitalSignInTests.PageAsync(answer, HttpStatusCode.Forbidden);
            Assert.Contains("The sign-in was cancelled, or the hospital's sign-in refused it.", page, StringComparison.Ordinal);
            Assert.DoesNotContain("a sentence of the provider", page, StringComparison.Ordinal);
            Assert.Null(await browser.MeAsync());
        }
        finally
        {
            service.Hospital.Refuses = false;
        }
    }

    [Theory]
    [InlineData("state")]
    [InlineData("code")]
    public async Task Callback_WithAnAlteredValue_IsRefused(string name)
    {
        var person = service.Hospital.Add(Person.New("doctors"));
        using var browser = service.Browser();
        var callback = new UriBuilder(await browser.SignInAtTheHospitalAsync(person));
        var query = HttpUtility.ParseQueryString(callback.Query);
        query[name] = query[name]![..^4] + "AAAA";
        callback.Query = query.ToString();

        using var answer = await browser.Client.GetAsync(callback.Uri);

        Assert.Contains(Failed, await HospitalSignInTests.PageAsync(answer, HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Null(await browser.MeAsync());
    }

    [Fact]
    public async Task Callback_InABrowserThatDidNotBegin_IsRefusedWithoutAskingTheProvider()
    {
        var person = service.Hospital.Add(Person.New("doctors"));
        using var attacker = service.Browser();
        var callback = await attacker.SignInAtTheHospitalAsync(person);
        var answers = service.Hospital.TokenAnswers;
        using var victim = service.Browser("es");

        using var answer = await victim.Client.GetAsync(callback);

        Assert.Contains("Vuelva a la página de inicio de sesión e inténtelo de nuevo.",
            await HospitalSignInTests.PageAsync(answer, HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Null(await victim.MeAsync());
        Assert.Equal(answers, service.Hospital.TokenAnswers);
    }

    [Fact]
    public async Task Callback_Twice_IsRefusedTheSecondTime_EvenWithACopyOfTheCookies()
    {
        var person = service.Hospital.Add(Person.New("doctors"));
        using var browser = service.Browser();
        var callback = await browser.SignInAtTheHospitalAsync(person);
        using var thief = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });
        thief.DefaultRequestHeaders.Add("Cookie", browser.Cookies.GetCookieHeader(callback));
        thief.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        using var first = await browser.Client.GetAsync(callback);
        Assert.Equal(HttpStatusCode.Redirect, first.StatusCode);
        var answers = service.Hospital.TokenAnswers;

        using var again = await browser.Client.GetAsync(callback);
        using var replayed = await thief.GetAsync(callback);

        Assert.Contains(Failed, await HospitalSignInTests.PageAsync(again, HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Contains(Failed, await HospitalSignInTests.PageAsync(replayed, HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.False(replayed.Headers.Contains("Set-Cookie"));
        Assert.Equal(answers + 1, service.Hospital.TokenAnswers);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?code=abc")]
    [InlineData("?code=abc&state=def")]
    [InlineData("?error=server_error&error_description=x")]
    [InlineData("?id_token=a.b.c&access_token=d&state=e")]
    public async Task Callback_OfNoSignIn_IsRefused(string query)
    {
        using var browser = service.Browser();

        using var answer = await browser.OpenAsync($"/login/oidc/callback{query}");

        Assert.Contains(Failed, await HospitalSignInTests.PageAsync(answer, HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callback_OfAProgram_IsAProblem()
    {
        using var client = service.Anonymous();

        await (await client.GetAsync("/login/oidc/callback?code=abc&state=def")).ProblemAsync(400, "sign_in_failed");
        await (await client.PostAsync("/login/oidc/callback", new FormUrlEncodedContent([new("state", "x")])))
            .ProblemAsync(400, "sign_in_failed");
    }

    [Theory]
    [InlineData(-4, true)]
    [InlineData(4, true)]
    [InlineData(-120, false)]
    public async Task SignIn_WhenTheProvidersClockIsWrong_WorksUntilItsTokensHaveExpired(int minutes, bool works)
    {
        var person = service.Hospital.Add(Person.New("doctors"));
        using var browser = service.Browser();
        service.Hospital.Clock.Advance(TimeSpan.FromMinutes(minutes));
        try
        {
            using var answer = await browser.SignInAsync(person);

            if (works)
            {
                Assert.Equal((person.Email, "USER"), await browser.MeAsync());
            }
            else
            {
                Assert.Contains("don't understand each other",
                    await HospitalSignInTests.PageAsync(answer, HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
                Assert.Null(await browser.MeAsync());
            }
        }
        finally
        {
            service.Hospital.Clock.Advance(-TimeSpan.FromMinutes(minutes));
        }
    }
}
