using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using ModelOps.WebApi.Auth;

namespace ModelOps.WebApi.Tests.Auth;

public sealed class VerifiedTokensTests
{
    private readonly Clock _clock = new();
    private readonly VerifiedTokens _tokens;

    public VerifiedTokensTests() => _tokens = new VerifiedTokens(_clock);

    [Fact]
    public void Find_OfARememberedToken_KnowsWhomItNames()
    {
        var added = _tokens.Add("token", Ticket(TimeSpan.FromMinutes(15)));

        Assert.Same(added, _tokens.Find("token")?.Result);
        Assert.Equal("ann", Principals.UserId(added.Principal!));
        Assert.Equal("ann@example.org", Principals.Email(added.Principal!));
        Assert.True(added.Principal!.IsInRole("ADMIN"));
    }

    [Theory]
    [InlineData("Token")]
    [InlineData("token ")]
    [InlineData("")]
    [InlineData("tok\u00e9n")]
    public void Find_OfAnotherToken_KnowsNobody(string other)
    {
        _tokens.Add("token", Ticket(TimeSpan.FromMinutes(15)));

        Assert.Null(_tokens.Find(other));
    }

    [Fact]
    public void Find_AfterTenSeconds_HasForgottenTheToken()
    {
        _tokens.Add("token", Ticket(TimeSpan.FromMinutes(15)));

        _clock.Now += TimeSpan.FromSeconds(9.9);
        Assert.NotNull(_tokens.Find("token"));
        _clock.Now += TimeSpan.FromSeconds(0.1);
        Assert.Null(_tokens.Find("token"));
    }

    [Fact]
    public void Find_OfATokenThatExpiresSooner_EndsWithIt()
    {
        _tokens.Add("token", Ticket(TimeSpan.FromSeconds(3)));

        _clock.Now += TimeSpan.FromSeconds(2.9);
        Assert.NotNull(_tokens.Find("token"));
        _clock.Now += TimeSpan.FromSeconds(0.1);
        Assert.Null(_tokens.Find("token"));
    }

    [Fact]
    public void Find_WhenTheClockWasSetBack_KnowsNobody()
    {
        _tokens.Add("token", Ticket(TimeSpan.FromMinutes(15)));

        _clock.Now -= TimeSpan.FromSeconds(1);

        Assert.Null(_tokens.Find("token"));
    }

    [Fact]
    public void Find_OfATokenThatIsTooLong_KnowsNobody()
    {
        var token = new string('a', 5_000);
        _tokens.Add(token, Ticket(TimeSpan.FromMinutes(15)));

        Assert.Null(_tokens.Find(token));
    }

    private AuthenticationTicket Ticket(TimeSpan lifetime) => new(
        new ClaimsPrincipal(new ClaimsIdentity(
            [
                new Claim(ClaimTypes.NameIdentifier, "ann"), new Claim(ClaimTypes.Name, "ann@example.org"),
                new Claim(ClaimTypes.Role, "ADMIN"),
            ],
            Schemes.Bearer, ClaimTypes.Name, ClaimTypes.Role)),
        new AuthenticationProperties { ExpiresUtc = _clock.Now + lifetime },
        Schemes.Bearer);

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
