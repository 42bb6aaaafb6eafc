using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
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
            Request,
            limits,
            (file, parts) => mediator.Send(
                new ImportRecords(file.Name, file.Content, () => parts().ToForm(strict, confirm)), cancellationToken),
            cancellationToken);
        return Created("/records/summary", answer);
    }

    [HttpGet("summary")]
    [TokenScope(TokenScopes.Read, TokenScopes.Data, TokenScopes.Train)]
    public Task<RecordsSummary> Summary(CancellationToken cancellationToken) =>
        mediator.Send(new GetRecordsSummary(), cancellationToken);
}
