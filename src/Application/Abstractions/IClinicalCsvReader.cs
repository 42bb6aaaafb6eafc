using ModelOps.Domain;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;

namespace ModelOps.Application.Abstractions;

/// <summary>Reads a CSV of labelled rows under the rules of the HTTP contract.</summary>
public interface IClinicalCsvReader
{
    /// <summary>
    /// Reads the whole of <paramref name="content"/> (seekable) and hands each usable row to <paramref name="onRow"/>.
    /// </summary>
    /// <param name="strict">Refuse the file at the first row that breaks a rule, instead of leaving the row out.</param>
    /// <returns>The report, in which duplicates are 0: whoever keeps the rows counts them.</returns>
    /// <exception cref="Domain.RefusalException"><c>missing_columns</c> or <c>invalid_dataset</c>.</exception>
    CsvReport Read(Stream content, bool strict, Action<LabelledExample> onRow, CancellationToken cancellationToken);
}
