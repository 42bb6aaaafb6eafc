using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;
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
    [EndpointSummary("Sign in with e-mail and password")]
    [ProducesResponseType<TokenAnswer>(StatusCodes.Status200OK)]
    public async Task<IActionResult> Login(
        [FromBody] SignIn request, [FromServices] TokenIssuer tokens, CancellationToken cancellationToken) =>
        Ok(tokens.Issue(await mediator.Send(request, cancellationToken)));

    [HttpPost("refresh")]
    [AllowAnonymous]
    [EndpointSummary("Exchange a refresh token for new tokens")]
    [ProducesResponseType<TokenAnswer>(StatusCodes.Status200OK)]
    public async Task<IActionResult> Refresh(
        [FromBody] RefreshRequest request, [FromServices] TokenIssuer tokens, CancellationToken cancellationToken)
    {
        var (id, stamp) = tokens.ReadRefreshToken(request.RefreshToken) ?? throw UserRefusals.InvalidToken();
        return Ok(tokens.Issue(await mediator.Send(new RenewSignIn(id, stamp), cancellationToken)));
    }

    [HttpGet("me")]
    [EndpointSummary("Who is signed in")]
    public MeAnswer Me([FromServices] ICurrentUser user) => new(user.Email!, user.Roles);
}

public sealed record RefreshRequest(string RefreshToken)
{
    public override string ToString() => nameof(RefreshRequest);
}

public sealed record MeAnswer(string Email, IReadOnlyList<string> Roles);
