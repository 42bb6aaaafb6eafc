using ModelOps.Domain.Features;

namespace ModelOps.Domain.Records;

/// <summary>
/// How many labelled records of a class one import has, or all records that no import added. The database context keeps the number in the
/// transaction of each change, because counting a million records takes longer than a page may. Changes are added by the database, so that
/// concurrent ones are all counted; the type is therefore only read.
/// </summary>
public sealed class RecordCount
{
    /// <summary><see cref="ImportId"/> of the records that no import added.</summary>
    public const long NoImport = 0;

    private RecordCount()
    {
    }

    public long ImportId { get; private set; }

    public DiabetesClass Class { get; private set; }

    public long Records { get; private set; }
}
