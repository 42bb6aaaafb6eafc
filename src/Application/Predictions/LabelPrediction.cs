using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Features;
using ModelOps.Domain.Predictions;
using ModelOps.Domain.Records;

namespace ModelOps.Application.Predictions;

/// <summary>The body of a label.</summary>
public sealed record ConfirmedLabel
{
    [JsonPropertyName(ColumnNames.Class)]
    public required string Class { get; init; }

    /// <summary><c>lab</c> or <c>clinician</c>.</summary>
    public required string Source { get; init; }

    /// <summary>Excludes the diagnosis, as <see cref="PatientInput.ToString"/> excludes the patient's values.</summary>
    public override string ToString() => nameof(ConfirmedLabel);
}

/// <summary>
/// Stores the confirmed outcome of a prediction as one labelled record. Idempotent: the same outcome again returns the same response; a
/// different outcome is refused.
/// </summary>
public sealed record LabelPrediction(Guid PredictionId, ConfirmedLabel Label) : IRequest<LabelledPrediction>;

public sealed record LabelledPrediction(
    Guid PredictionId,
    DiabetesClass Prediction,
    DiabetesClass Class,
    LabelSource Source,
    string Version,
    DateTime LabelledAt,
    string LabelledBy);

internal sealed class LabelPredictionValidator : AbstractValidator<LabelPrediction>
{
    public LabelPredictionValidator()
    {
        RuleFor(r => r.Label.Class).Must(c => c is not null && DiabetesClasses.TryParse(c, out _))
            .OverridePropertyName("Class").WithMessage(_ => Texts.Say($"must be N, P, Y, Negative, Prediabetes or Diabetes"));
        RuleFor(r => r.Label.Source).Must(s => s is not null && LabelPredictionHandler.Sources.ContainsKey(s))
            .OverridePropertyName("Source").WithMessage(_ => Texts.Say($"must be lab or clinician"));
    }
}

internal sealed class LabelPredictionHandler(IModelOpsDbContext db, PredictionLog log, TimeProvider time, ICurrentUser user)
    : IRequestHandler<LabelPrediction, LabelledPrediction>
{
    /// <summary>Maximum delay between a prediction's response and its database row, in any process.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    public static IReadOnlyDictionary<string, LabelSource> Sources { get; } =
        new Dictionary<string, LabelSource> { ["lab"] = LabelSource.Lab, ["clinician"] = LabelSource.Clinician };

    public async Task<LabelledPrediction> Handle(LabelPrediction request, CancellationToken cancellationToken)
    {
        await WaitForAsync(request.PredictionId, cancellationToken);
        while (true)
        {
            try
            {
                return await db.InTransactionAsync(cancel => LabelAsync(request, cancel), cancellationToken);
            }
            catch (DbUpdateException exception) when (exception is DbUpdateConcurrencyException || db.IsUniqueViolation(exception))
            {
                // A concurrent request labelled the prediction first. Read the stored label again and compare.
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task<LabelledPrediction> LabelAsync(LabelPrediction request, CancellationToken cancellationToken)
    {
        var prediction = await db.Predictions.SingleOrDefaultAsync(p => p.Id == request.PredictionId, cancellationToken)
            ?? throw PredictionRefusals.NotFound();
        var (outcome, source) = (DiabetesClasses.Parse(request.Label.Class), Sources[request.Label.Source]);
        var now = await db.UtcNowAsync(cancellationToken);
        if (prediction.Confirm(outcome, source, user.Signature(), now))
        {
            db.StoredRecords.Add(prediction.ToRecord(now));
            await db.SaveChangesAsync(cancellationToken);
        }

        return new LabelledPrediction(
            prediction.Id, prediction.Class, outcome, source, prediction.Version, prediction.ConfirmedAt!.Value, prediction.ConfirmedBy!);
    }

    /// <summary>
    /// Waits until a recent prediction is stored. It may still be in the queue of this or another process.
    /// </summary>
    private async Task WaitForAsync(Guid id, CancellationToken cancellationToken)
    {
        if (await IsStoredAsync(id, cancellationToken) || !IsRecent(id))
        {
            return;
        }

        await log.FlushAsync(Patience, cancellationToken);
        for (var waited = TimeSpan.Zero; waited < Patience && !await IsStoredAsync(id, cancellationToken); waited += Interval)
        {
            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    private Task<bool> IsStoredAsync(Guid id, CancellationToken cancellationToken) =>
        db.Predictions.AnyAsync(p => p.Id == id, cancellationToken);

    /// <summary>Whether the time encoded in the id (UUID version 7) is less than one minute away. A made-up id has no such time.</summary>
    private bool IsRecent(Guid id)
    {
        if (id.Version != 7)
        {
            return false;
        }

        var bytes = id.ToByteArray(bigEndian: true);
        var milliseconds = ((long)bytes[0] << 40) | ((long)bytes[1] << 32) | ((long)bytes[2] << 24) | ((long)bytes[3] << 16)
            | ((long)bytes[4] << 8) | bytes[5];
        return Math.Abs(time.GetUtcNow().ToUnixTimeMilliseconds() - milliseconds) < TimeSpan.FromMinutes(1).TotalMilliseconds;
    }
}
