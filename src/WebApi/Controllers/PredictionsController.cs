using MediatR;
using Microsoft.AspNetCore.Mvc;
using ModelOps.Application.Predictions;
using ModelOps.Application.Turns;
using ModelOps.Application.Users;
using ModelOps.WebApi.Auth;

namespace ModelOps.WebApi.Controllers;

/// <summary>Predictions of the version in service.</summary>
[ApiController]
[Route("model/predict")]
public sealed class PredictionsController(IMediator mediator) : ControllerBase
{
    /// <remarks>A bound cancellation token would cost as much as the input: binders, a boxed value and its validation.</remarks>
    [HttpPost]
    [TokenScope(TokenScopes.Predict)]
    public Task<PredictionAnswer> Predict(PredictionInput input) =>
        mediator.Send(new Predict(input), HttpContext.RequestAborted);

    [HttpPost("batch")]
    [TokenScope(TokenScopes.Predict)]
    [TakesTurn(Work.Batch)]
    public Task<BatchAnswer> Batch(PredictBatch request, CancellationToken cancellationToken) =>
        mediator.Send(request, cancellationToken);
}
