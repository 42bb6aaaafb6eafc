using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;

namespace ModelOps.Application.Abstractions;

/// <summary>How a CSV file is read.</summary>
/// <param name="Strict">Rejects the whole file at the first invalid row. Otherwise, invalid rows are skipped.</param>
/// <param name="Confirmed">The codes of warnings that a person has confirmed.</param>
public sealed record CsvOptions(bool Strict, IReadOnlySet<string> Confirmed)
{
    /// <summary>
    /// Reads a file that an earlier release has accepted, as that release did: whole columns aren't judged, so that a stored dataset stays
    /// what it was.
    /// </summary>
    public static CsvOptions AsStored { get; } = new(Strict: false, new HashSet<string>()) { JudgesColumns = false };

    /// <summary>Whether units and codings of whole columns are judged before any row is kept.</summary>
    public bool JudgesColumns { get; private init; } = true;

    /// <param name="confirmed">Codes separated by commas, or null.</param>
    public static CsvOptions Of(bool strict, string? confirmed) =>
        new(strict, (confirmed ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet());
}

/// <summary>Reads a CSV file of labelled rows and validates it by the rules of the HTTP contract.</summary>
public interface IClinicalCsvReader
{
    /// <summary>
    /// Reads the whole of <paramref name="content"/> (seekable) and hands each usable row to <paramref name="onRow"/>. No row is handed over
    /// before all columns were judged.
    /// </summary>
    /// <returns>The report. Its count of duplicates is 0: the caller counts them when it stores the rows.</returns>
    /// <exception cref="Domain.RefusalException">
    /// <c>missing_columns</c>, <c>invalid_dataset</c> or <c>confirmation_needed</c>.
    /// </exception>
    CsvReport Read(Stream content, CsvOptions options, Action<LabelledExample> onRow, CancellationToken cancellationToken);
}
