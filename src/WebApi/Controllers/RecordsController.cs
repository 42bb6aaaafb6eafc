using System.Globalization;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using ModelOps.Application;
using ModelOps.Application.Datasets;
using ModelOps.Application.Records;
using ModelOps.Application.Users;
using ModelOps.Application.Versions;
using ModelOps.Domain.Records;
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
        return Created(Request.PathBase.Add("/records/summary"), added);
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
        return Created(Request.PathBase.Add("/records/summary"), answer);
    }

    /// <summary>Deletes all records of a patient. Versions that were made of them keep their rows.</summary>
    [HttpPost("forget")]
    [TokenScope(TokenScopes.Data)]
    [Authorize(Policy = Policies.Admin)]
    public Task<PatientForgotten> Forget([FromBody] ForgetPatient body, CancellationToken cancellationToken) =>
        mediator.Send(body, cancellationToken);

    /// <summary>Newest first.</summary>
    /// <param name="class"><c>N</c>, <c>P</c>, <c>Y</c> or the full name.</param>
    /// <param name="source"><c>registered</c>, <c>imported</c>, <c>lab</c> or <c>clinician</c>.</param>
    /// <param name="import">Only the records of this import.</param>
    /// <param name="from">Only records created at this time or later.</param>
    /// <param name="to">Only records created before this time.</param>
    [HttpGet]
    [TokenScope(TokenScopes.Data)]
    [Authorize(Policy = Policies.Admin)]
    public Task<RecordList> List(
        string? @class, string? source, long? import, string? from, string? to, int? limit, string? cursor,
            CancellationToken cancellationToken) =>
        mediator.Send(new ListRecords(@class, source, import, from, to, new PageRequest(limit, cursor)), cancellationToken);

    /// <summary>A record with the corrections of its class.</summary>
    [HttpGet("{id}")]
    [TokenScope(TokenScopes.Data)]
    [Authorize(Policy = Policies.Admin)]
    public Task<RecordDetail> Record(string id, CancellationToken cancellationToken) =>
        mediator.Send(new GetRecord(RecordId(id)), cancellationToken);

    /// <summary>Corrects a record's class. The earlier one is kept.</summary>
    [HttpPatch("{id}")]
    [TokenScope(TokenScopes.Data)]
    [Authorize(Policy = Policies.Admin)]
    public Task<RecordDetail> Correct(string id, RecordCorrectionInput correction, CancellationToken cancellationToken) =>
        mediator.Send(new CorrectRecord(RecordId(id), correction), cancellationToken);

    [HttpDelete("{id}")]
    [TokenScope(TokenScopes.Data)]
    [Authorize(Policy = Policies.Admin)]
    public Task<DeletionAnswer> Delete(string id, CancellationToken cancellationToken) =>
        mediator.Send(new DeleteRecord(RecordId(id)), cancellationToken);

    /// <summary>The imports whose records are visible, newest first.</summary>
    [HttpGet("imports")]
    [TokenScope(TokenScopes.Data)]
    [Authorize(Policy = Policies.Admin)]
    public Task<ImportList> Imports(int? limit, string? cursor, CancellationToken cancellationToken) =>
        mediator.Send(new ListImports(new PageRequest(limit, cursor)), cancellationToken);

    /// <summary>An import and what its withdrawal would take out.</summary>
    [HttpGet("imports/{id}")]
    [TokenScope(TokenScopes.Data)]
    [Authorize(Policy = Policies.Admin)]
    public Task<ImportDetail> Import(string id, CancellationToken cancellationToken) =>
        mediator.Send(new GetImport(ImportId(id)), cancellationToken);

    /// <summary>Withdraws an import: all of its records are hidden at once and removed in the background.</summary>
    [HttpDelete("imports/{id}")]
    [TokenScope(TokenScopes.Data)]
    [Authorize(Policy = Policies.Admin)]
    public Task<ImportWithdrawn> Withdraw(string id, CancellationToken cancellationToken) =>
        mediator.Send(new WithdrawImport(ImportId(id)), cancellationToken);

    [HttpGet("summary")]
    [TokenScope(TokenScopes.Read, TokenScopes.Data, TokenScopes.Train)]
    public Task<RecordsSummary> Summary(CancellationToken cancellationToken) =>
        mediator.Send(new GetRecordsSummary(), cancellationToken);

    private static long RecordId(string id) => IdOf(id) ?? throw RecordRefusals.NotFound();

    private static long ImportId(string id) => IdOf(id) ?? throw RecordRefusals.ImportNotFound();

    private static long? IdOf(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
}
