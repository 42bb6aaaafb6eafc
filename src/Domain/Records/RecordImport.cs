namespace ModelOps.Domain.Records;

public enum ImportState
{
    /// <summary>Its records are being written. Nobody sees them yet.</summary>
    Staging = 0,

    /// <summary>All of its records are visible.</summary>
    Published = 1,

    /// <summary>It ended before it was published. Its records never become visible and are removed in the background.</summary>
    Abandoned = 2,

    /// <summary>
    /// It was published, and then an administrator withdrew it. Nobody sees its records any more; they are removed in the background.
    /// </summary>
    Withdrawn = 3,

    /// <summary>It was withdrawn, and all of its records are removed. The row stays, so that it remains known who withdrew what.</summary>
    Removed = 4,
}

/// <summary>
/// A CSV file whose rows become labelled records. The records are written in many short transactions, so that other writers never wait
/// long. One update of <see cref="State"/> then makes all of them visible.
/// </summary>
public sealed class RecordImport
{
    private RecordImport()
    {
    }

    public long Id { get; private set; }

    public string FileName { get; private set; } = "";

    public DateTime CreatedAt { get; private set; }

    public string CreatedBy { get; private set; } = "";

    /// <summary>When its records became visible; null until then, and in imports of earlier releases.</summary>
    public DateTime? PublishedAt { get; private set; }

    /// <summary>
    /// Number of records: 0 until the import is published; then without those that were deleted one by one. Of a withdrawn import, the
    /// number of records that the withdrawal deleted.
    /// </summary>
    public int Records { get; private set; }

    public ImportState State { get; private set; }

    /// <summary>
    /// Until when the importing process is alive for sure, by the database's clock; each batch of records extends it. Null once published.
    /// </summary>
    public DateTime? LeaseUntil { get; private set; }

    /// <summary>Null unless withdrawn.</summary>
    public DateTime? WithdrawnAt { get; private set; }

    /// <inheritdoc cref="WithdrawnAt"/>
    public string? WithdrawnBy { get; private set; }

    /// <param name="lease">Time in which the importing process writes at least one batch.</param>
    public static RecordImport Start(string fileName, string createdBy, DateTime now, TimeSpan lease) => new()
    {
        FileName = fileName,
        CreatedBy = createdBy,
        CreatedAt = now,
        State = ImportState.Staging,
        LeaseUntil = now + lease,
    };
}
