using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using ModelOps.Application.Predictions;
using ModelOps.Application.Records;
using ModelOps.Application.Users;
using ModelOps.Domain.Predictions;
using ModelOps.WebApi.Auth;

namespace ModelOps.WebApi.Controllers;

/// <summary>Kept predictions and their confirmed outcomes.</summary>
[ApiController]
[Route("predictions")]
public sealed class LabelsController(IMediator mediator) : ControllerBase
{
    [HttpGet]
    [Authorize(Policy = Policies.Clinician)]
    [TokenScope(TokenScopes.Read)]
    public Task<PredictionList> Predictions([FromQuery] PredictionQuery query, CancellationToken cancellationToken) =>
        mediator.Send(query.ToRequest(), cancellationToken);

    /// <summary>Creates a labelled record from a prediction whose outcome a lab or a clinician has confirmed.</summary>
    [HttpPost("{predictionId}/label")]
    [Authorize(Policy = Policies.Clinician)]
    [TokenScope(TokenScopes.Data)]
    public Task<LabelledPrediction> Label(string predictionId, ConfirmedLabel label, CancellationToken cancellationToken) =>
        mediator.Send(
            new LabelPrediction(
                Guid.TryParseExact(predictionId, "D", out var id) ? id : throw PredictionRefusals.NotFound(),
                label),
            cancellationToken);

    /// <summary>Corrects the recorded diagnosis of a prediction, with its record. The earlier diagnosis is kept with the reason.</summary>
    [HttpPatch("{predictionId}/label")]
    [Authorize(Policy = Policies.Clinician)]
    [TokenScope(TokenScopes.Data)]
    public Task<Confirmation> Correct(string predictionId, RecordCorrectionInput correction, CancellationToken cancellationToken) =>
        mediator.Send(
            new CorrectConfirmation(
                Guid.TryParseExact(predictionId, "D", out var id) ? id : throw PredictionRefusals.NotFound(),
                correction),
            cancellationToken);
}
