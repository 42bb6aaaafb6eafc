using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Datasets;
using ModelOps.Application.Records;
using ModelOps.Application.Users;
using ModelOps.WebApi.Auth;

namespace ModelOps.WebApi.Controllers;

/// <summary>The database's labelled records.</summary>
[ApiController]
[Route("records")]
public sealed class RecordsController(IMediator mediator, UploadLimits limits) : ControllerBase
{
    /// <summary>One record or an array of them.</summary>
    [HttpPost]
    [TokenScope(TokenScopes.Data)]
    [Authorize(Policy = Policies.Admin)]
    [ProducesResponseType<RecordsAdded>(StatusCodes.Status201Created)]
    public async Task<IActionResult> Add(
        [FromBody] OneOrMany<RecordInput> records, [FromHeader(Name = IdempotencyHeader.Name)] string? idempotencyKey,
            CancellationToken cancellationToken)
    {
        var added = await mediator.Send(new AddRecords(records.Items, Request.SentKey(idempotencyKey)), cancellationToken);
        return Created("/records/summary", added);
    }

    [HttpPost("import")]
    [TokenScope(TokenScopes.Data)]
    [Authorize(Policy = Policies.Admin)]
    [ProducesResponseType<ImportAnswer>(StatusCodes.Status201Created)]
    public async Task<IActionResult> Import([FromQuery] bool strict, [FromQuery] string? confirm, CancellationToken cancellationToken)
    {
        var answer = await MultipartUpload.ReadAsync(
            Request, limits, (name, content) =>
                mediator.Send(new ImportRecords(name, content, CsvOptions.Of(strict, confirm)), cancellationToken), cancellationToken);
        return Created("/records/summary", answer);
    }

    /// <summary>Deletes all records of a patient. Versions that were made of them keep their rows.</summary>
    [HttpPost("forget")]
    [TokenScope(TokenScopes.Data)]
    [Authorize(Policy = Policies.Admin)]
    public Task<PatientForgotten> Forget([FromBody] ForgetPatient body, CancellationToken cancellationToken) =>
        mediator.Send(body, cancellationToken);

    [HttpGet("summary")]
    [TokenScope(TokenScopes.Read, TokenScopes.Data, TokenScopes.Train)]
    public Task<RecordsSummary> Summary(CancellationToken cancellationToken) =>
        mediator.Send(new GetRecordsSummary(), cancellationToken);
}
