using System.Globalization;
using System.Text.Json;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using ModelOps.Application;
using ModelOps.Application.Training;
using ModelOps.Application.Users;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Training;
using ModelOps.WebApi.Auth;
using ModelOps.WebApi.Operations;

namespace ModelOps.WebApi.Controllers;

/// <summary>Retraining and its progress.</summary>
[ApiController]
[Route("model")]
public sealed class TrainingController(
    IMediator mediator, JobWatcher watcher, IOptions<JsonOptions> json, IHostApplicationLifetime lifetime) : ControllerBase
{
    [HttpPost("retrain")]
    [TokenScope(TokenScopes.Train)]
    [Authorize(Policy = Policies.Admin)]
    [ProducesResponseType<RetrainQueued>(StatusCodes.Status202Accepted)]
    [ProducesResponseType<RetrainFinished>(StatusCodes.Status200OK)]
    public async Task<IActionResult> Retrain(
        [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] RetrainModel? request,
        [FromHeader(Name = IdempotencyHeader.Name)] string? idempotencyKey,
        CancellationToken cancellationToken)
    {
        var accepted = await mediator.Send(
            (request ?? new RetrainModel()) with { IdempotencyKey = Request.SentKey(idempotencyKey) }, cancellationToken);
        if (PreferHeader.WaitSeconds(Request.Headers["Prefer"]) is { } seconds)
        {
            var job = await WaitAsync(accepted.JobId, TimeSpan.FromSeconds(seconds), cancellationToken);
            if (job is not null)
            {
                Response.Headers["Preference-Applied"] = string.Create(CultureInfo.InvariantCulture, $"wait={seconds}");
                return job.Status == JobStatus.Succeeded
                    ? Ok(new RetrainFinished(true, Texts.Say($"{job.Version} was trained."), job.Version!, job.Metrics!,
                        job.TrainingTime!.Value, job.JobId))
                    : throw job.ToRefusal();
            }
        }

        return Queued(accepted);
    }

    /// <summary>Reproduces a version. The job reports whether the weights are identical.</summary>
    [HttpPost("versions/{version}/reproduce")]
    [TokenScope(TokenScopes.Train)]
    [Authorize(Policy = Policies.Admin)]
    [ProducesResponseType<RetrainQueued>(StatusCodes.Status202Accepted)]
    public async Task<IActionResult> Reproduce(string version, CancellationToken cancellationToken) =>
        Queued(await mediator.Send(new ReproduceVersion(version), cancellationToken));

    [HttpGet("jobs")]
    [TokenScope(TokenScopes.Read, TokenScopes.Train)]
    public Task<JobList> Jobs(int? limit, string? cursor, string? status, CancellationToken cancellationToken) =>
        mediator.Send(new ListJobs(new PageRequest(limit, cursor), status), cancellationToken);

    [HttpGet("jobs/{jobId}")]
    [TokenScope(TokenScopes.Read, TokenScopes.Train)]
    [ProducesResponseType<JobAnswer>(StatusCodes.Status200OK)]
    public async Task<IActionResult> Job(string jobId, CancellationToken cancellationToken)
    {
        var job = await mediator.Send(new GetJob(Parse(jobId)), cancellationToken);
        var tag = new EntityTagHeaderValue(string.Create(CultureInfo.InvariantCulture, $"\"{job.Stamp}\""));
        Response.GetTypedHeaders().ETag = tag;
        var known = Request.GetTypedHeaders().IfNoneMatch;
        return known.Any(k => k.Equals(EntityTagHeaderValue.Any) || k.Compare(tag, useStrongComparison: false))
            ? StatusCode(StatusCodes.Status304NotModified)
            : Ok(job);
    }

    [HttpPost("jobs/{jobId}/cancel")]
    [TokenScope(TokenScopes.Train)]
    [Authorize(Policy = Policies.Admin)]
    [ProducesResponseType<JobAnswer>(StatusCodes.Status202Accepted)]
    public async Task<IActionResult> Cancel(string jobId, CancellationToken cancellationToken) =>
        Accepted(await mediator.Send(new CancelJob(Parse(jobId)), cancellationToken));

    /// <summary>Streams the job's states as Server-Sent Events until the job ends.</summary>
    [HttpGet("jobs/{jobId}/events")]
    [TokenScope(TokenScopes.Read, TokenScopes.Train)]
    [Produces("text/event-stream")]
    public async Task Events(string jobId, CancellationToken cancellationToken)
    {
        var started = false;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            await foreach (var job in watcher.FollowAsync(Parse(jobId), end.Token))
            {
                if (!started)
                {
                    Response.ContentType = "text/event-stream";
                    Response.Headers.CacheControl = "no-store";

                    // nginx would collect the events and pass them on together.
                    Response.Headers["X-Accel-Buffering"] = "no";
                    started = true;
                }

                await Response.WriteAsync(
                    $"data: {JsonSerializer.Serialize(job, json.Value.JsonSerializerOptions)}\n\n", cancellationToken);
                await Response.Body.FlushAsync(cancellationToken);
                if (HeadRequests.IsHead(HttpContext))
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (started && !cancellationToken.IsCancellationRequested)
        {
            // The process is stopping. Clients of event streams reconnect automatically, possibly to another process.
        }
    }

    /// <summary>Returns null when the wait times out or this process stops; a shutdown must not be delayed by waiting clients.</summary>
    private async Task<JobAnswer?> WaitAsync(Guid jobId, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            return await watcher.WaitAsync(jobId, limit, end.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private AcceptedResult Queued(RetrainAccepted accepted)
    {
        string location = Request.PathBase.Add($"/model/jobs/{accepted.JobId}");
        Response.Headers.RetryAfter = "1";
        return Accepted(location, new RetrainQueued(accepted.JobId, JobStatus.Queued, location));
    }

    /// <summary>Text that isn't a valid id can't belong to an existing job.</summary>
    private static Guid Parse(string jobId) =>
        Guid.TryParseExact(jobId, "D", out var id) ? id : throw TrainingRefusals.JobNotFound();
}

public sealed record RetrainQueued(Guid JobId, JobStatus Status, string StatusUrl);

public sealed record RetrainFinished(bool Success, string Message, string Version, HeadlineMetrics Metrics, double TrainingTime,
    Guid JobId);
