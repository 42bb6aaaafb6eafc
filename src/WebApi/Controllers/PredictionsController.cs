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
    [HttpPost]
    [TokenScope(TokenScopes.Predict)]
    public Task<PredictionAnswer> Predict(PredictionInput input, CancellationToken cancellationToken) =>
        mediator.Send(new Predict(input), cancellationToken);

    [HttpPost("batch")]
    [TokenScope(TokenScopes.Predict)]
    [TakesTurn(Work.Batch)]
    public Task<BatchAnswer> Batch(PredictBatch request, CancellationToken cancellationToken) =>
        mediator.Send(request, cancellationToken);
}
