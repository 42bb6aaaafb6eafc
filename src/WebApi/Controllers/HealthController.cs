using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;
using ModelOps.Application.Operations;
using ModelOps.WebApi.Operations;

namespace ModelOps.WebApi.Controllers;

/// <summary>Liveness and readiness checks.</summary>
[ApiController]
[AllowAnonymous]
[Route("health")]
[DisableRateLimiting]
public sealed class HealthController(IMediator mediator) : ControllerBase
{
    [HttpGet("live")]
    [ShortCut]
    public IActionResult Live() => Ok(new { Status = "live" });

    [HttpGet("ready")]
    [ProducesResponseType<Readiness>(StatusCodes.Status200OK)]
    [ProducesResponseType<Readiness>(StatusCodes.Status503ServiceUnavailable)]
    public async Task<IActionResult> Ready(CancellationToken cancellationToken)
    {
        var readiness = await mediator.Send(new CheckReadiness(), cancellationToken);
        return StatusCode(readiness.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, readiness);
    }
}
