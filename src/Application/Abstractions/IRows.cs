using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Features;

namespace ModelOps.Application.Abstractions;

/// <summary>Distinct rows on disk, in canonical order. Disposing it removes what was only temporary.</summary>
public interface IRows : IDisposable
{
    RowsHeader Header { get; }

    /// <summary>One pass over the rows; each call begins a new one.</summary>
    /// <exception cref="InvalidDataException">The file was altered.</exception>
    IEnumerable<CountedRow> Read();
}

/// <summary>Gathers rows that come in any order, on disk; memory doesn't grow with their number.</summary>
public interface IRowsCollector : IDisposable
{
    /// <exception cref="Domain.RefusalException"><c>insufficient_storage</c></exception>
    void Add(LabelledExample row);

    /// <summary>Ends the gathering. The rows are on disk when this returns.</summary>
    /// <exception cref="Domain.RefusalException"><c>insufficient_storage</c></exception>
    IRows Complete();
}

/// <summary>Temporary rows files, in the data directory's staging folder.</summary>
public interface IRowsFiles
{
    /// <param name="key">Decides the rows' folds.</param>
    IRowsCollector Collect(SplitKey key);

    /// <summary>Writes the union of several sources, each distinct row once with the sum of its counts.</summary>
    /// <exception cref="Domain.RefusalException"><c>insufficient_storage</c></exception>
    IRows Merge(SplitKey key, params IReadOnlyList<IRows> sources);
}
