using ModelOps.Domain.Features;

namespace ModelOps.Domain.Records;

/// <summary>One correction of a record's class, kept as long as the record, so that every earlier diagnosis remains visible.</summary>
public sealed class RecordCorrection
{
    /// <summary>Maximum length of a reason.</summary>
    public const int MaxReason = 500;

    private RecordCorrection()
    {
    }

    /// <summary>Ascends with the order of the corrections of a record.</summary>
    public long Id { get; private set; }

    public long RecordId { get; private set; }

    /// <summary>The class before the correction.</summary>
    public DiabetesClass From { get; private set; }

    /// <summary>The class after the correction.</summary>
    public DiabetesClass To { get; private set; }

    public string Reason { get; private set; } = "";

    public DateTime CorrectedAt { get; private set; }

    public string CorrectedBy { get; private set; } = "";

    internal static RecordCorrection Of(LabelledRecord record, DiabetesClass to, string reason, string correctedBy, DateTime now) => new()
    {
        RecordId = record.Id,
        From = record.Class,
        To = to,
        Reason = reason,
        CorrectedBy = correctedBy,
        CorrectedAt = now,
    };
}
