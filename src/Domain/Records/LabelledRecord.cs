using ModelOps.Domain.Features;
using ModelOps.Domain.Predictions;

namespace ModelOps.Domain.Records;

/// <summary>Where a record's diagnosis comes from. A model's own prediction is deliberately no member.</summary>
public enum LabelSource
{
    Registered = 0,
    Imported = 1,
    Lab = 2,
    Clinician = 3,
}

/// <summary>A patient's values with a confirmed diagnosis, kept in the database as training data.</summary>
public sealed class LabelledRecord
{
    /// <summary>Records that a training on the database needs at least.</summary>
    public const int MinimumForTraining = 10;

    /// <summary>Records that one request may add at most.</summary>
    public const int MaxPerRequest = 1_000;

    private LabelledRecord()
    {
    }

    public long Id { get; private set; }

    public double HbA1c { get; private set; }

    public double Age { get; private set; }

    public double Bmi { get; private set; }

    public Gender Gender { get; private set; }

    public DiabetesClass Class { get; private set; }

    public LabelSource Source { get; private set; }

    public DateTime CreatedAt { get; private set; }

    public string CreatedBy { get; private set; } = "";

    /// <summary>The prediction whose confirmed outcome this is; null for all others.</summary>
    public Guid? PredictionId { get; private set; }

    public static LabelledRecord Create(LabelledExample example, LabelSource source, string createdBy, DateTime now) => new()
    {
        HbA1c = example.Features.HbA1c,
        Age = example.Features.Age,
        Bmi = example.Features.Bmi,
        Gender = example.Features.Gender,
        Class = example.Class,
        Source = source,
        CreatedBy = createdBy,
        CreatedAt = now,
    };

    /// <summary>The record of a confirmed outcome; see <c>Prediction.ToRecord</c>.</summary>
    internal static LabelledRecord OfPrediction(Guid predictionId, LabelledExample example, LabelSource source, string confirmedBy,
        DateTime now)
    {
        var record = Create(example, source, confirmedBy, now);
        record.PredictionId = predictionId;
        return record;
    }
}
