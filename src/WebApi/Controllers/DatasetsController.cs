using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using ModelOps.Application;
using ModelOps.Application.Datasets;
using ModelOps.Application.Users;
using ModelOps.Application.Versions;
using ModelOps.WebApi.Auth;

namespace ModelOps.WebApi.Controllers;

/// <summary>Uploaded datasets.</summary>
[ApiController]
[Route("model")]
public sealed class DatasetsController(IMediator mediator, UploadLimits limits) : ControllerBase
{
    [HttpPost("upload-dataset")]
    [TokenScope(TokenScopes.Data)]
    [Authorize(Policy = Policies.Admin)]
    [ProducesResponseType<DatasetAnswer>(StatusCodes.Status201Created)]
    public async Task<IActionResult> Upload([FromQuery] bool strict, [FromQuery] string? confirm, CancellationToken cancellationToken)
    {
        var answer = await MultipartUpload.ReadAsync(
            Request,
            limits,
            (file, parts) => mediator.Send(
                new UploadDataset(file.Name, file.Content, () => parts().ToForm(strict, confirm)), cancellationToken),
            cancellationToken);
        return Created(Request.PathBase.Add($"/model/datasets/{answer.Filename}"), answer);
    }

    /// <summary>How a file would be read. Nothing of it is kept.</summary>
    [HttpPost("datasets/preview")]
    [TokenScope(TokenScopes.Data)]
    [Authorize(Policy = Policies.Admin)]
    [ProducesResponseType<CsvPreviewAnswer>(StatusCodes.Status200OK)]
    public Task<CsvPreviewAnswer> Preview(CancellationToken cancellationToken) => MultipartUpload.ReadAsync(
        Request,
        limits,
        (file, parts) => mediator.Send(
            new PreviewCsv(file.Name, file.Content, () => parts().ToForm(strict: false, confirm: null)), cancellationToken),
        cancellationToken);

    [HttpGet("datasets/mappings")]
    [TokenScope(TokenScopes.Data)]
    [Authorize(Policy = Policies.Admin)]
    public Task<MappingList> Mappings(int? limit, string? cursor, CancellationToken cancellationToken) =>
        mediator.Send(new ListMappings(new PageRequest(limit, cursor)), cancellationToken);

    [HttpGet("datasets/mappings/{name}")]
    [TokenScope(TokenScopes.Data)]
    [Authorize(Policy = Policies.Admin)]
    public Task<SavedMappingAnswer> Mapping(string name, CancellationToken cancellationToken) =>
        mediator.Send(new GetMapping(name), cancellationToken);

    /// <summary>Saves a mapping, or replaces the one of this name.</summary>
    [HttpPut("datasets/mappings/{name}")]
    [TokenScope(TokenScopes.Data)]
    [Authorize(Policy = Policies.Admin)]
    public Task<SavedMappingAnswer> SaveMapping(string name, MappingInput input, CancellationToken cancellationToken) =>
        mediator.Send(new SaveMapping(name, input), cancellationToken);

    [HttpDelete("datasets/mappings/{name}")]
    [TokenScope(TokenScopes.Data)]
    [Authorize(Policy = Policies.Admin)]
    public Task<DeletionAnswer> DeleteMapping(string name, CancellationToken cancellationToken) =>
        mediator.Send(new DeleteMapping(name), cancellationToken);

    [HttpGet("datasets")]
    [TokenScope(TokenScopes.Read, TokenScopes.Data, TokenScopes.Train)]
    public Task<DatasetList> Datasets(int? limit, string? cursor, CancellationToken cancellationToken) =>
        mediator.Send(new ListDatasets(new PageRequest(limit, cursor)), cancellationToken);

    [HttpGet("datasets/{name}")]
    [TokenScope(TokenScopes.Read, TokenScopes.Data, TokenScopes.Train)]
    public Task<DatasetAnswer> Dataset(string name, CancellationToken cancellationToken) =>
        mediator.Send(new GetDataset(name), cancellationToken);

    [HttpPatch("datasets/{name}")]
    [TokenScope(TokenScopes.Data)]
    [Authorize(Policy = Policies.Admin)]
    public Task<DatasetAnswer> Change(string name, [FromBody] DatasetChange change, CancellationToken cancellationToken) =>
        mediator.Send(new ChangeDataset(name, change.Filename, change.Description), cancellationToken);

    [HttpGet("datasets/{name}/rows.csv")]
    [TokenScope(TokenScopes.Data)]
    [Authorize(Policy = Policies.Admin)]
    [ProducesResponseType<FileStreamResult>(StatusCodes.Status200OK, "text/csv")]
    [ResponseCache(NoStore = true)]
    public async Task<IActionResult> Rows(string name, CancellationToken cancellationToken)
    {
        var rows = await mediator.Send(new OpenDatasetRows(name), cancellationToken);
        return File(rows.Content, "text/csv; charset=utf-8", rows.Name);
    }

    [HttpDelete("datasets/{name}")]
    [TokenScope(TokenScopes.Data)]
    [Authorize(Policy = Policies.Admin)]
    public Task<DeletionAnswer> Delete(string name, CancellationToken cancellationToken) =>
        mediator.Send(new DeleteDataset(name), cancellationToken);
}
