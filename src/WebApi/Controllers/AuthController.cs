using MediatR;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.RateLimiting;
using ModelOps.Application;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Users;
using ModelOps.WebApi.Auth;

namespace ModelOps.WebApi.Controllers;

[ApiController]
[Route("auth")]
[Tags("Sign-in")]
[ResponseCache(NoStore = true)]
public sealed class AuthController(IMediator mediator) : ControllerBase
{
    [HttpPost("login")]
    [AllowAnonymous]
    [EnableRateLimiting(RateLimits.Login)]
    [ProducesResponseType<TokenAnswer>(StatusCodes.Status200OK)]
    public async Task<IActionResult> Login(
        [FromBody] LoginRequest request, [FromServices] TokenIssuer tokens, CancellationToken cancellationToken) =>
        Ok(tokens.Issue(await mediator.Send(
            new SignIn(request.Email, request.Password, SessionKind.Api, ClientAddress.Client(HttpContext)), cancellationToken)));

    [HttpPost("refresh")]
    [AllowAnonymous]
    [ProducesResponseType<TokenAnswer>(StatusCodes.Status200OK)]
    public async Task<IActionResult> Refresh(
        [FromBody] RefreshRequest request, [FromServices] TokenIssuer tokens, CancellationToken cancellationToken) =>
        Ok(tokens.Issue(await mediator.Send(new RenewSession(request.RefreshToken), cancellationToken)));

    [HttpPost("logout")]
    [SessionOnly]
    [BeforePasswordChange]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public async Task<IActionResult> Logout(
        [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] SignOut? request, CancellationToken cancellationToken)
    {
        await mediator.Send(request ?? new SignOut(), cancellationToken);
        if (HttpContext.User.Identity?.AuthenticationType == Schemes.Cookie)
        {
            await HttpContext.SignOutAsync(Schemes.Cookie);
        }

        return NoContent();
    }

    [HttpGet("sessions")]
    [SessionOnly]
    public Task<SessionList> Sessions([FromQuery] PageRequest page, CancellationToken cancellationToken) =>
        mediator.Send(new ListSessions(page), cancellationToken);

    [HttpDelete("sessions/{id}")]
    [SessionOnly]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public async Task<IActionResult> EndSession(string id, CancellationToken cancellationToken)
    {
        await mediator.Send(
            new EndSession(Guid.TryParseExact(id, "D", out var session) ? session : throw UserRefusals.SessionNotFound()),
            cancellationToken);
        return NoContent();
    }

    [HttpPost("password")]
    [SessionOnly]
    [BeforePasswordChange]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public async Task<IActionResult> ChangePassword([FromBody] ChangePassword request, CancellationToken cancellationToken)
    {
        await mediator.Send(request, cancellationToken);
        return NoContent();
    }

    [HttpPost("tokens")]
    [SessionOnly]
    [ProducesResponseType<CreatedAccessToken>(StatusCodes.Status201Created)]
    public async Task<IActionResult> CreateToken([FromBody] CreateAccessToken request, CancellationToken cancellationToken) =>
        StatusCode(StatusCodes.Status201Created, await mediator.Send(request, cancellationToken));

    [HttpGet("tokens")]
    [SessionOnly]
    public Task<AccessTokenList> AccessTokens([FromQuery] PageRequest page, CancellationToken cancellationToken) =>
        mediator.Send(new ListAccessTokens(page), cancellationToken);

    [HttpDelete("tokens/{id}")]
    [SessionOnly]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public async Task<IActionResult> DeleteToken(string id, CancellationToken cancellationToken)
    {
        await mediator.Send(
            new DeleteAccessToken(Guid.TryParseExact(id, "D", out var token) ? token : throw UserRefusals.TokenNotFound()),
            cancellationToken);
        return NoContent();
    }

    [HttpGet("me")]
    [BeforePasswordChange]
    [TokenScope(TokenScopes.Read, TokenScopes.Predict, TokenScopes.Train, TokenScopes.Data)]
    public MeAnswer Me([FromServices] ICurrentUser user) => new(user.Email!, user.Roles);
}

public sealed record LoginRequest(string Email, string Password)
{
    /// <summary>Excludes the password: a record's default ToString prints all members.</summary>
    public override string ToString() => nameof(LoginRequest);
}

public sealed record RefreshRequest(string RefreshToken)
{
    public override string ToString() => nameof(RefreshRequest);
}

public sealed record MeAnswer(string Email, IReadOnlyList<string> Roles);
