using MediatR;
using Microsoft.AspNetCore.Mvc;
using ModelOps.Application.Predictions;
using ModelOps.Application.Turns;
using ModelOps.Application.Users;
using ModelOps.WebApi.Auth;
using ModelOps.WebApi.Json;
using ModelOps.WebApi.OpenApi;

namespace ModelOps.WebApi.Controllers;

/// <summary>Predictions of the version in service. Their answers are written by hand, without the framework's results.</summary>
[ApiController]
[Route("model/predict")]
public sealed class PredictionsController(IMediator mediator) : ControllerBase
{
    /// <remarks>It reads the body itself: the framework's binding of one parameter costs half as much as a prediction.</remarks>
    [HttpPost]
    [TokenScope(TokenScopes.Predict)]
    [ReadsBody<PredictionInput>]
    [ProducesResponseType<PredictionAnswer>(StatusCodes.Status200OK)]
    public async Task Predict()
    {
        var input = PredictionReader.TryRead(Request) ?? await StrictJsonInputFormatter.Instance.ReadAsync<PredictionInput>(HttpContext);

        // Only looking up a reference can wait, and the token of a request is made when it is first asked for.
        var aborted = input.Reference is null ? CancellationToken.None : HttpContext.RequestAborted;
        PredictionWriter.Write(Response, await mediator.Send(new Predict(input), aborted));
    }

    [HttpPost("batch")]
    [TokenScope(TokenScopes.Predict)]
    [TakesTurn(Work.Batch)]
    [ProducesResponseType<BatchAnswer>(StatusCodes.Status200OK)]
    public async Task Batch(PredictBatch request, CancellationToken cancellationToken) =>
        await PredictionWriter.WriteAsync(Response, await mediator.Send(request, cancellationToken), cancellationToken);
}
