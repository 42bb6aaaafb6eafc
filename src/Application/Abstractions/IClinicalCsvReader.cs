using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;

namespace ModelOps.Application.Abstractions;

/// <summary>Reads a CSV file of labelled rows and validates it by the rules of the HTTP contract.</summary>
public interface IClinicalCsvReader
{
    /// <summary>
    /// Reads the whole of <paramref name="content"/> (seekable) and hands each usable row to <paramref name="onRow"/>.
    /// </summary>
    /// <param name="strict">Rejects the whole file at the first invalid row. Otherwise, invalid rows are skipped.</param>
    /// <returns>The report. Its count of duplicates is 0: the caller counts them when it stores the rows.</returns>
    /// <exception cref="Domain.RefusalException"><c>missing_columns</c> or <c>invalid_dataset</c>.</exception>
    CsvReport Read(Stream content, bool strict, Action<LabelledExample> onRow, CancellationToken cancellationToken);
}
