using System.Globalization;
using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Features;

namespace ModelOps.Application.Predictions;

/// <summary>Many patients at once; one version answers them all.</summary>
public sealed record PredictBatch : IRequest<BatchAnswer>
{
    public const int MaxRows = 10_000;

    public required IReadOnlyList<PredictionInput> Rows { get; init; }
}

/// <param name="Kept">
/// False when there was no room to store this prediction, so that its outcome can't be confirmed later. Left out otherwise.
/// </param>
public sealed record BatchItem(
    DiabetesClass Prediction,
    ClassProbabilities Probabilities,
    Guid PredictionId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Kept);

public sealed record BatchAnswer(string Version, IReadOnlyList<BatchItem> Predictions);

internal sealed class PredictBatchValidator : AbstractValidator<PredictBatch>
{
    public PredictBatchValidator()
    {
        RuleFor(r => r.Rows).Cascade(CascadeMode.Stop)
            .NotNull().WithMessage(_ => Texts.Say($"is required"))
            .Must(rows => rows.Count is >= 1 and <= PredictBatch.MaxRows)
            .WithMessage(_ => Texts.Say($"must have 1 to {PredictBatch.MaxRows} rows"))
            .Custom(Report);
    }

    private static void Report(IReadOnlyList<PredictionInput> rows, ValidationContext<PredictBatch> context)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i] is { } row)
            {
                context.Report(row, i);
            }
            else
            {
                context.AddFailure(
                    string.Create(CultureInfo.InvariantCulture, $"{nameof(PredictBatch.Rows)}[{i}]"), Texts.Say($"must be an object"));
            }
        }
    }
}

internal sealed class PredictBatchHandler(
    IServingModel serving, PredictionLog log, PredictionReferences references, ICurrentUser user, TimeProvider time)
    : IRequestHandler<PredictBatch, BatchAnswer>
{
    public async Task<BatchAnswer> Handle(PredictBatch request, CancellationToken cancellationToken)
    {
        var predictor = serving.Require();
        var (now, asking) = (time.GetUtcNow(), user.Signature());
        var answers = new BatchItem[request.Rows.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            var reference = await references.TokenOfAsync(request.Rows[i].Reference, cancellationToken);
            var answer = predictor.Classify(request.Rows[i].ToFeatures(), reference, log, asking, now);
            answers[i] = new BatchItem(answer.Predicted, answer.Probabilities, answer.Id, answer.Kept ? null : false);
        }

        return new BatchAnswer(predictor.Version, answers);
    }
}
