namespace ModelOps.Domain.Records;

/// <summary>
/// A note that records were deleted. It holds no value and no reference of a patient, only what tells of which versions the records were a
/// part: a version is made of the records that were visible at the moment when its training read them.
/// </summary>
public sealed class RecordDeletion
{
    private RecordDeletion()
    {
    }

    public long Id { get; private set; }

    /// <summary>Since when the records had been visible to trainings.</summary>
    public DateTime VisibleSince { get; private set; }

    public DateTime DeletedAt { get; private set; }

    /// <summary>Number of records that became visible at the same time and were deleted together.</summary>
    public int Records { get; private set; }

    public static RecordDeletion Create(DateTime visibleSince, DateTime now, int records) => new()
    {
        VisibleSince = visibleSince,
        DeletedAt = now,
        Records = records,
    };
}
