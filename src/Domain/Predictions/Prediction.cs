using ModelOps.Domain.Features;
using ModelOps.Domain.Records;

namespace ModelOps.Domain.Predictions;

/// <summary>
/// The prediction of a version for one patient. It is stored so that it can be compared with the outcome that a lab or a clinician confirms
/// later. A prediction without a confirmed outcome never becomes training data.
/// </summary>
public sealed class Prediction
{
    private Prediction()
    {
    }

    /// <summary>A version 7 UUID, so ids ascend with the time of the prediction.</summary>
    public Guid Id { get; private set; }

    public double HbA1c { get; private set; }

    public double Age { get; private set; }

    public double Bmi { get; private set; }

    public Gender Gender { get; private set; }

    /// <summary>Probability 0..1 of Negative. The probabilities of the three classes sum to 1.</summary>
    public double Negative { get; private set; }

    public double Prediabetes { get; private set; }

    public double Diabetes { get; private set; }

    /// <summary>The predicted class.</summary>
    public DiabetesClass Class { get; private set; }

    /// <summary>Name of the version that made the prediction. The version may have been deleted since.</summary>
    public string Version { get; private set; } = "";

    public DateTime CreatedAt { get; private set; }

    /// <summary>The token of the hospital's own reference (<see cref="ReferenceKey"/>); null without one.</summary>
    public long? ReferenceToken { get; private set; }

    /// <summary>The confirmed class; null until <see cref="Confirm"/>.</summary>
    public DiabetesClass? ConfirmedClass { get; private set; }

    public LabelSource? ConfirmedSource { get; private set; }

    public DateTime? ConfirmedAt { get; private set; }

    public string? ConfirmedBy { get; private set; }

    public PatientFeatures Features => new(HbA1c, Age, Bmi, Gender);

    /// <param name="probabilities">Three probabilities in class order.</param>
    /// <param name="referenceToken"><see cref="ReferenceToken"/></param>
    public static Prediction Create(
        Guid id,
        PatientFeatures features,
        ReadOnlySpan<double> probabilities,
        DiabetesClass predicted,
        string version,
        DateTime now,
        long? referenceToken = null) => new()
        {
            Id = id,
            HbA1c = features.HbA1c,
            Age = features.Age,
            Bmi = features.Bmi,
            Gender = features.Gender,
            Negative = probabilities[0],
            Prediabetes = probabilities[1],
            Diabetes = probabilities[2],
            Class = predicted,
            Version = version,
            CreatedAt = now,
            ReferenceToken = referenceToken,
        };

    /// <summary>
    /// Records the confirmed outcome. The call is idempotent: it returns false and changes nothing when the same outcome from the same
    /// source is already recorded.
    /// </summary>
    /// <exception cref="RefusalException"><c>already_labelled</c>: a different outcome or source is already recorded.</exception>
    /// <exception cref="ArgumentException"><paramref name="source"/> is neither a lab nor a clinician.</exception>
    public bool Confirm(DiabetesClass outcome, LabelSource source, string by, DateTime now)
    {
        if (source is not (LabelSource.Lab or LabelSource.Clinician))
        {
            throw new ArgumentException("Only a lab or a clinician confirms an outcome.", nameof(source));
        }

        if (ConfirmedClass is not null)
        {
            return (ConfirmedClass, ConfirmedSource) == (outcome, source) ? false : throw PredictionRefusals.AlreadyLabelled();
        }

        (ConfirmedClass, ConfirmedSource, ConfirmedBy, ConfirmedAt) = (outcome, source, by, now);
        return true;
    }

    /// <summary>Follows a correction of the record that was made of the confirmed outcome.</summary>
    /// <exception cref="InvalidOperationException">No outcome is confirmed.</exception>
    public void CorrectOutcome(DiabetesClass outcome) =>
        ConfirmedClass = ConfirmedClass is null ? throw new InvalidOperationException("There is no outcome to correct.") : outcome;

    /// <summary>
    /// Takes the confirmed outcome back, because the record that was made of it is deleted. The outcome can be confirmed again.
    /// </summary>
    public void WithdrawOutcome() => (ConfirmedClass, ConfirmedSource, ConfirmedBy, ConfirmedAt) = (null, null, null, null);

    /// <summary>Creates the labelled record of the confirmed outcome.</summary>
    /// <exception cref="InvalidOperationException">The outcome isn't confirmed. A prediction alone is never a label.</exception>
    public LabelledRecord ToRecord(DateTime now) =>
        this is { ConfirmedClass: { } outcome, ConfirmedSource: { } source, ConfirmedBy: { } by }
            ? LabelledRecord.OfPrediction(Id, new LabelledExample(Features, outcome), source, by, now)
            : throw new InvalidOperationException("A prediction is never a label by itself.");
}
