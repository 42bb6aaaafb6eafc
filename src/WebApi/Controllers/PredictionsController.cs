using MediatR;
using Microsoft.AspNetCore.Mvc;
using ModelOps.Application.Predictions;
using ModelOps.Application.Turns;

namespace ModelOps.WebApi.Controllers;

/// <summary>Predictions of the version in service.</summary>
[ApiController]
[Route("model/predict")]
public sealed class PredictionsController(IMediator mediator) : ControllerBase
{
    [HttpPost]
    public Task<PredictionAnswer> Predict(PatientInput input, CancellationToken cancellationToken) =>
        mediator.Send(new Predict(input), cancellationToken);

    [HttpPost("batch")]
    [TakesTurn(Work.Batch)]
    public Task<BatchAnswer> Batch(PredictBatch request, CancellationToken cancellationToken) =>
        mediator.Send(request, cancellationToken);
}
