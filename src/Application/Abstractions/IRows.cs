using ModelOps.Domain.Data;
using ModelOps.Domain.Features;

namespace ModelOps.Application.Abstractions;

/// <summary>Distinct rows on disk, in canonical order. Dispose deletes temporary files.</summary>
public interface IRows : IDisposable
{
    RowsHeader Header { get; }

    /// <summary>Reads all rows. Each call starts a new pass.</summary>
    /// <exception cref="InvalidDataException">The file was altered.</exception>
    IEnumerable<CountedRow> Read();

    /// <summary>Opens the rows file's bytes, see <see cref="RowsFile"/>.</summary>
    Stream Open();
}

/// <summary>Collects rows in any order on disk. Memory use doesn't depend on the number of rows.</summary>
public interface IRowsCollector : IDisposable
{
    /// <exception cref="Domain.RefusalException"><c>insufficient_storage</c></exception>
    void Add(LabelledExample row, PatientToken patient);

    /// <summary>Completes the collection and flushes the rows to disk.</summary>
    /// <exception cref="Domain.RefusalException"><c>insufficient_storage</c></exception>
    IRows Complete();
}

/// <summary>Temporary rows files, in the data directory's staging folder.</summary>
public interface IRowsFiles
{
    /// <param name="key">Key of the hash that assigns rows to folds.</param>
    /// <param name="asGiven">
    /// Keeps a row of an unknown patient that is equal to a known patient's row. Otherwise, it counts as the known patient's.
    /// </param>
    IRowsCollector Collect(SplitKey key, bool asGiven = false);

    /// <summary>An empty sorter for rows that needn't be kept. Its runs are temporary files.</summary>
    RowsSorter NewSorter();

    /// <summary>
    /// Writes the union of several sources, each distinct row once with the sum of its counts. A row of an unknown patient that is equal to
    /// a known patient's row counts as the known patient's.
    /// </summary>
    /// <exception cref="Domain.RefusalException"><c>insufficient_storage</c></exception>
    IRows Merge(SplitKey key, params IReadOnlyList<IRows> sources);
}
