using ModelOps.Domain.Features;
using ModelOps.Domain.Records;

namespace ModelOps.Domain.Predictions;

/// <summary>
/// What a version answered for one patient. It is kept so that the outcome, once a lab or a clinician has confirmed it, can be held
/// against it; by itself it never becomes training data.
/// </summary>
public sealed class Prediction
{
    private Prediction()
    {
    }

    /// <summary>A version 7 UUID: ascending with the time of the prediction.</summary>
    public Guid Id { get; private set; }

    public double HbA1c { get; private set; }

    public double Age { get; private set; }

    public double Bmi { get; private set; }

    public Gender Gender { get; private set; }

    /// <summary>Probability 0..1 of Negative; the three sum to 1.</summary>
    public double Negative { get; private set; }

    public double Prediabetes { get; private set; }

    public double Diabetes { get; private set; }

    /// <summary>The predicted class.</summary>
    public DiabetesClass Class { get; private set; }

    /// <summary>Name of the version that answered; it may have been deleted since.</summary>
    public string Version { get; private set; } = "";

    public DateTime CreatedAt { get; private set; }

    /// <summary>The confirmed class; null as long as nobody knows.</summary>
    public DiabetesClass? ConfirmedClass { get; private set; }

    public LabelSource? ConfirmedSource { get; private set; }

    public DateTime? ConfirmedAt { get; private set; }

    public string? ConfirmedBy { get; private set; }

    public PatientFeatures Features => new(HbA1c, Age, Bmi, Gender);

    /// <param name="probabilities">Three, in class order.</param>
    public static Prediction Create(
        Guid id, PatientFeatures features, ReadOnlySpan<double> probabilities, DiabetesClass predicted, string version, DateTime now) =>
            new()
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
        };

    /// <summary>Records the confirmed outcome. False when the same outcome of the same source stands there already.</summary>
    /// <exception cref="RefusalException"><c>already_labelled</c>: another outcome, or another source, stands there.</exception>
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

    /// <summary>The labelled record of the confirmed outcome.</summary>
    /// <exception cref="InvalidOperationException">Nobody has confirmed the outcome: a prediction is never a label by itself.</exception>
    public LabelledRecord ToRecord(DateTime now) =>
        this is { ConfirmedClass: { } outcome, ConfirmedSource: { } source, ConfirmedBy: { } by }
            ? LabelledRecord.OfPrediction(Id, new LabelledExample(Features, outcome), source, by, now)
            : throw new InvalidOperationException("A prediction is never a label by itself.");
}
