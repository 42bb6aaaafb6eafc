using ModelOps.Domain.Datasets;

namespace ModelOps.Application.Abstractions;

/// <summary>How a CSV file is read.</summary>
/// <param name="Strict">Rejects the whole file at the first invalid row. Otherwise, invalid rows are skipped.</param>
/// <param name="Confirmed">The codes of warnings that a person has confirmed.</param>
public sealed record CsvOptions(bool Strict, IReadOnlySet<string> Confirmed)
{
    /// <summary>Recognizes everything from the file, and confirms nothing.</summary>
    public static CsvOptions Default { get; } = new(Strict: false, new HashSet<string>());

    /// <summary>What the caller states about the file.</summary>
    public CsvMapping Mapping { get; init; } = CsvMapping.Empty;

    /// <summary>Whether the file was accepted before, so that nothing has to be confirmed again.</summary>
    public bool IsStored { get; private init; }

    /// <summary>
    /// Whether the file is read by the rules of releases that stored no mapping. Those didn't judge whole columns before any row was kept.
    /// </summary>
    public bool IsOld { get; private init; }

    /// <summary>Reads a stored file again, so that its rows are what they were when it was uploaded.</summary>
    /// <param name="mapping">The mapping in the file's report; null for a file that an earlier release has stored.</param>
    public static CsvOptions AsStored(CsvMapping? mapping) =>
        Default with { Mapping = mapping ?? CsvMapping.Empty, IsStored = true, IsOld = mapping is null };

    public bool IsConfirmed(string code) => IsStored || Confirmed.Contains(code);
}

/// <summary>What a CSV file looks like, and how it would be read. Nothing of it is kept.</summary>
/// <param name="DecimalSign">A comma or a point.</param>
/// <param name="Headers">As they are in the file, trimmed.</param>
/// <param name="Rows">The first <see cref="MaxRows"/> usable rows.</param>
/// <param name="Warnings">What is implausible and must be confirmed.</param>
/// <param name="Questions">What a mapping must answer before any row is kept.</param>
/// <param name="Distinct">The first words of each coded column, as they are in the file.</param>
public sealed record CsvPreview(
    string DecimalSign,
    IReadOnlyList<string> Headers,
    IReadOnlyList<PreviewedRow> Rows,
    CsvReport Report,
    IReadOnlyList<ColumnNote> Warnings,
    IReadOnlyList<ColumnNote> Questions,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Distinct)
{
    public const int MaxRows = 20;
}

/// <param name="Line">Line of the file, counted from 1.</param>
public readonly record struct PreviewedRow(int Line, ClinicalRow Row);

/// <summary>Reads a CSV file of labelled rows and validates it by the rules of the HTTP contract.</summary>
public interface IClinicalCsvReader
{
    /// <summary>
    /// Reads the whole of <paramref name="content"/> (seekable) and hands each usable row to <paramref name="onRow"/>. No row is handed over
    /// before all columns were judged.
    /// </summary>
    /// <returns>The report. Its count of duplicates is 0: the caller counts them when it stores the rows.</returns>
    /// <exception cref="Domain.RefusalException">
    /// <c>missing_columns</c>, <c>invalid_dataset</c>, <c>confirmation_needed</c>, or <c>validation_failed</c> for a mapping that doesn't
    /// fit.
    /// </exception>
    CsvReport Read(Stream content, CsvOptions options, Action<ClinicalRow> onRow, CancellationToken cancellationToken);

    /// <summary>Reads the whole of <paramref name="content"/> (seekable) and says how it would be read.</summary>
    /// <exception cref="Domain.RefusalException">
    /// <c>invalid_dataset</c> for what is no CSV text with rows, or <c>validation_failed</c> for a mapping that doesn't fit.
    /// </exception>
    CsvPreview Preview(Stream content, CsvMapping mapping, CancellationToken cancellationToken);
}
