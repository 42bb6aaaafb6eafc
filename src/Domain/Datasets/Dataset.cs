using System.Text.RegularExpressions;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Datasets;

/// <summary>One thing wrong with an uploaded file; names the place, never the value.</summary>
/// <param name="Line">Line of the file, counted from 1.</param>
/// <param name="Column">The column's name; empty where the row as a whole is wrong.</param>
public sealed record RowProblem(int Line, string Column, Sentence Problem);

/// <summary>What reading a CSV came to.</summary>
/// <param name="Rows">Usable rows, duplicates included.</param>
/// <param name="Columns">Columns of the header.</param>
/// <param name="Rejected">Rows left out.</param>
/// <param name="Problems">The first <see cref="Dataset.MaxProblems"/> problems.</param>
/// <param name="Duplicates">Usable rows that repeat an earlier one (inputs and class).</param>
public sealed record CsvReport(
    int Rows,
    int Columns,
    int Rejected,
    IReadOnlyList<RowProblem> Problems,
    int Duplicates,
    IReadOnlyDictionary<DiabetesClass, int> ClassCounts);

/// <summary>An uploaded CSV of labelled rows.</summary>
public sealed partial class Dataset
{
    public const int MaxName = 100;
    public const int MaxProblems = 20;

    private Dataset()
    {
    }

    public long Id { get; private set; }

    public string Name { get; private set; } = "";

    /// <summary>The name in lower case: unique, as file systems differ in whether letter case matters.</summary>
    public string NameKey { get; private set; } = "";

    public CsvReport Report { get; private set; } = null!;

    public long Bytes { get; private set; }

    /// <summary>SHA-256 of the file's bytes, lower-case hex.</summary>
    public string Sha256 { get; private set; } = "";

    public DateTime UploadedAt { get; private set; }

    public string UploadedBy { get; private set; } = "";

    public static Dataset Create(string name, CsvReport report, long bytes, string sha256, string by, DateTime now)
    {
        if (!IsValidName(name))
        {
            throw DatasetRefusals.InvalidName();
        }

        return new Dataset
        {
            Name = name,
            NameKey = KeyOf(name),
            Report = report,
            Bytes = bytes,
            Sha256 = sha256,
            UploadedAt = now,
            UploadedBy = by,
        };
    }

    public static string KeyOf(string name) => name.ToLowerInvariant();

    /// <summary>
    /// <c>[A-Za-z0-9._-]{1,100}</c> ending in <c>.csv</c>, without a leading dot, and no name that Windows keeps for a device.
    /// </summary>
    public static bool IsValidName(string? name) =>
        name is not null && Pattern().IsMatch(name) && !ReservedOnWindows().IsMatch(name);

    [GeneratedRegex(@"^(?!\.)[A-Za-z0-9._-]{1,96}\.[cC][sS][vV]\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();

    [GeneratedRegex(@"^(con|prn|aux|nul|com[0-9]|lpt[0-9])\.", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex ReservedOnWindows();
}
