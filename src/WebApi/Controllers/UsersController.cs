using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using ModelOps.Application;
using ModelOps.Application.Users;
using ModelOps.WebApi.Auth;

namespace ModelOps.WebApi.Controllers;

[ApiController]
[Route("users")]
[Tags("Users")]
[Authorize(Policy = Policies.Admin)]
public sealed class UsersController(IMediator mediator) : ControllerBase
{
    [HttpGet]
    public Task<UserList> List([FromQuery] PageRequest page, CancellationToken cancellationToken) =>
        mediator.Send(new ListUsers(page), cancellationToken);

    [HttpPost]
    [ProducesResponseType<UserSummary>(StatusCodes.Status201Created)]
    public async Task<IActionResult> Create([FromBody] CreateUser request, CancellationToken cancellationToken)
    {
        var user = await mediator.Send(request, cancellationToken);
        return Created(Request.PathBase.Add($"/users/{user.Id}"), user);
    }

    [HttpPatch("{id}")]
    public Task<UserSummary> Change(string id, [FromBody] UserChange change, CancellationToken cancellationToken) =>
        mediator.Send(new ChangeUser(id, change.Role, change.Disabled), cancellationToken);

    [HttpPost("{id}/reset-password")]
    [SessionOnly]
    [ResponseCache(NoStore = true)]
    public async Task<OneTimePasswordAnswer> ResetPassword(string id, CancellationToken cancellationToken) =>
        new((await mediator.Send(new ResetPassword(id), cancellationToken)).Password);

    [HttpDelete("{id}")]
    public async Task<DeletedAnswer> Delete(string id, CancellationToken cancellationToken)
    {
        await mediator.Send(new DeleteUser(id), cancellationToken);
        return new DeletedAnswer(true, Texts.Say($"The user was removed."));
    }
}

public sealed record OneTimePasswordAnswer(string OneTimePassword)
{
    public override string ToString() => nameof(OneTimePasswordAnswer);
}

public sealed record DeletedAnswer(bool Success, string Message);
