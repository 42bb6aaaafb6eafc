using ModelOps.Domain.Data;
using ModelOps.Domain.Features;
using ModelOps.Domain.Predictions;

namespace ModelOps.Domain.Records;

/// <summary>The source of a record's diagnosis. A model's prediction is not a source, because it must never become a label.</summary>
public enum LabelSource
{
    Registered = 0,
    Imported = 1,
    Lab = 2,
    Clinician = 3,
}

/// <summary>A patient's values with a confirmed diagnosis. It is stored in the database as training data.</summary>
public sealed class LabelledRecord
{
    /// <summary>
    /// Minimum number of distinct records (inputs and class) for a training on the database. Copies of a record teach nothing new.
    /// </summary>
    public const int MinimumForTraining = 10;

    /// <summary>Maximum number of records that one request may add.</summary>
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

    /// <summary>The prediction whose confirmed outcome created this record; null for a record from another source.</summary>
    public Guid? PredictionId { get; private set; }

    /// <summary>The import that added this record; null for a record from another source.</summary>
    public long? ImportId { get; private set; }

    /// <summary><see cref="PatientToken.ToStored"/> of the hospital's reference to the patient; null for an unknown patient.</summary>
    public long? PatientHash { get; private set; }

    public static LabelledRecord Create(
        LabelledExample example, LabelSource source, string createdBy, DateTime now, long? importId = null,
            PatientToken patient = default) => new()
    {
        HbA1c = example.Features.HbA1c,
        Age = example.Features.Age,
        Bmi = example.Features.Bmi,
        Gender = example.Features.Gender,
        Class = example.Class,
        Source = source,
        CreatedBy = createdBy,
        CreatedAt = now,
        ImportId = importId,
        PatientHash = patient.ToStored(),
    };

    /// <summary>Corrects the class. Returns what must be kept of the correction; null if the record has this class already.</summary>
    public RecordCorrection? Correct(DiabetesClass to, string reason, string correctedBy, DateTime now)
    {
        if (to == Class)
        {
            return null;
        }

        var correction = RecordCorrection.Of(this, to, reason, correctedBy, now);
        Class = to;
        return correction;
    }

    /// <summary>Creates the record of a prediction's confirmed outcome; see <see cref="Prediction.ToRecord"/>.</summary>
    internal static LabelledRecord OfPrediction(Guid predictionId, LabelledExample example, LabelSource source, string confirmedBy,
        DateTime now)
    {
        var record = Create(example, source, confirmedBy, now);
        record.PredictionId = predictionId;
        return record;
    }
}
