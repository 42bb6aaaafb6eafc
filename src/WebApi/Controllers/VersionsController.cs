using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using ModelOps.Application.Users;
using ModelOps.Application;
using ModelOps.Application.Versions;
using ModelOps.WebApi.Auth;

namespace ModelOps.WebApi.Controllers;

/// <summary>Versions, and which of them is in service.</summary>
[ApiController]
[Route("model")]
public sealed class VersionsController(IMediator mediator) : ControllerBase
{
    [HttpGet("versions")]
    [TokenScope(TokenScopes.Read)]
    public Task<VersionList> Versions([FromQuery] VersionQuery query, CancellationToken cancellationToken) =>
        mediator.Send(query.ToRequest(), cancellationToken);

    [HttpPatch("versions/{version}")]
    [Authorize(Policy = Policies.Admin)]
    [TokenScope(TokenScopes.Train)]
    public Task<DescribedVersion> Describe(string version, VersionDescription description, CancellationToken cancellationToken) =>
        mediator.Send(new DescribeVersion(version, description), cancellationToken);

    [HttpGet("versions/{version}")]
    [TokenScope(TokenScopes.Read)]
    public Task<VersionDetail> Version(string version, CancellationToken cancellationToken) =>
        mediator.Send(new GetVersion(version), cancellationToken);

    [HttpGet("versions/{version}/profile")]
    [TokenScope(TokenScopes.Read)]
    public Task<VersionProfile> Profile(string version, CancellationToken cancellationToken) =>
        mediator.Send(new GetVersionProfile(version), cancellationToken);

    [HttpGet("versions/{version}/files/{name}")]
    [TokenScope(TokenScopes.Read)]
    public async Task<IActionResult> File(string version, string name, CancellationToken cancellationToken)
    {
        var file = await mediator.Send(new OpenVersionFile(version, name), cancellationToken);

        // Files of a version never change, and the file with patients' rows isn't served. A browser may keep them, but asks each time
        // whether its user still may read them.
        Response.Headers.CacheControl = "private, no-cache";
        return File(file.Content, "application/octet-stream", $"{version}-{file.Name}", lastModified: null, new($"\"{file.Sha256}\""));
    }

    [HttpGet("active")]
    [TokenScope(TokenScopes.Read, TokenScopes.Predict)]
    public Task<ActiveModelAnswer> Active(CancellationToken cancellationToken) =>
        mediator.Send(new GetActiveModel(), cancellationToken);

    [HttpPost("activate")]
    [Authorize(Policy = Policies.Admin)]
    public Task<ActivationAnswer> Activate(ActivateVersion request, CancellationToken cancellationToken) =>
        mediator.Send(request, cancellationToken);

    [HttpPost("rollback")]
    [Authorize(Policy = Policies.Admin)]
    public Task<ActivationAnswer> Rollback(
        [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] RollbackModel? request, CancellationToken cancellationToken) =>
        mediator.Send(request ?? new RollbackModel(), cancellationToken);

    [HttpGet("activations")]
    [TokenScope(TokenScopes.Read)]
    public Task<ActivationList> Activations(int? limit, string? cursor, CancellationToken cancellationToken) =>
        mediator.Send(new ListActivations(new PageRequest(limit, cursor)), cancellationToken);

    /// <param name="baseline">The version in service if omitted.</param>
    [HttpGet("compare")]
    [TokenScope(TokenScopes.Read)]
    public Task<ComparisonAnswer> Compare(string? baseline, string? candidate, CancellationToken cancellationToken) =>
        mediator.Send(new CompareVersions(baseline, candidate ?? ""), cancellationToken);

    [HttpDelete("version/{version}")]
    [Authorize(Policy = Policies.Admin)]
    public Task<DeletionAnswer> Delete(string version, CancellationToken cancellationToken) =>
        mediator.Send(new DeleteVersion(version), cancellationToken);
}
