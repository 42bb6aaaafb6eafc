using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Datasets;

/// <summary>A validation error in an uploaded file. It gives the position but never the value, which may be a patient's.</summary>
/// <param name="Line">Line number in the file, from 1.</param>
/// <param name="Column">Name of the column, or empty when the error concerns the whole row.</param>
public sealed record RowProblem(int Line, string Column, Sentence Problem);

/// <summary>How often a validation error occurred.</summary>
/// <param name="Column">Name of the column, or empty when the error concerns the whole row.</param>
/// <param name="Rows">Number of rows with this error. A row may have several.</param>
public sealed record ProblemCount(string Column, Sentence Problem, int Rows);

/// <summary>A remark on a whole column of an uploaded file.</summary>
/// <param name="Code">Stable code, such as <c>columns_swapped</c>.</param>
public sealed record ColumnNote(string Code, string Column, Sentence Detail);

/// <summary>The result of reading a CSV file.</summary>
/// <param name="Rows">Number of valid rows, duplicates included.</param>
/// <param name="Columns">Number of columns in the header.</param>
/// <param name="Rejected">Number of invalid rows, which are skipped.</param>
/// <param name="Problems">The first <see cref="Dataset.MaxProblems"/> validation errors.</param>
/// <param name="Duplicates">Number of valid rows whose inputs and class equal those of an earlier row.</param>
public sealed record CsvReport(
    int Rows,
    int Columns,
    int Rejected,
    IReadOnlyList<RowProblem> Problems,
    int Duplicates,
    IReadOnlyDictionary<DiabetesClass, int> ClassCounts)
{
    /// <summary>What was implausible about a column and was confirmed. Empty in reports of earlier releases.</summary>
    public IReadOnlyList<ColumnNote> Warnings { get; init; } = [];

    /// <summary>The columns whose values were converted to the schema's unit. Empty in reports of earlier releases.</summary>
    public IReadOnlyList<ColumnNote> Conversions { get; init; } = [];

    /// <summary>
    /// By what the file was read, complete: every column's header, unit and codes, the separator and the encoding. A stored file is read
    /// again by it. Null in reports of earlier releases.
    /// </summary>
    public CsvMapping? Mapping { get; init; }

    /// <summary>All validation errors by kind; at most <see cref="Dataset.MaxProblemKinds"/>. Not stored.</summary>
    [JsonIgnore]
    public IReadOnlyList<ProblemCount> ProblemCounts { get; init; } = [];

    /// <summary>Whether the file has a column of references to patients.</summary>
    [JsonIgnore]
    public bool HasPatientReferences => Mapping?.Columns.ContainsKey(ColumnNames.PatientReference) == true;

    /// <summary>The line of the header, from 1. Lines above it are no data.</summary>
    public int HeaderLine { get; init; } = 1;
}

/// <summary>An uploaded CSV file of labelled rows.</summary>
public sealed partial class Dataset
{
    public const int MaxName = 100;
    public const int MaxProblems = 20;
    public const int MaxProblemKinds = 50;
    public const int MaxDescription = 500;

    private Dataset()
    {
    }

    public long Id { get; private set; }

    public string Name { get; private set; } = "";

    /// <summary>The name in lower case. It is unique because some file systems ignore letter case.</summary>
    public string NameKey { get; private set; } = "";

    public CsvReport Report { get; private set; } = null!;

    /// <summary>What an administrator says about the data; null if nobody has said anything.</summary>
    public string? Description { get; private set; }

    /// <summary>Null for a dataset of an earlier release until somebody asks for it.</summary>
    public DataProfile? Profile { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>SHA-256 of the CSV file, lower-case hex.</summary>
    public string Sha256 { get; private set; } = "";

    public DateTime UploadedAt { get; private set; }

    public string UploadedBy { get; private set; } = "";

    public static Dataset Create(
        string name, CsvReport report, DataProfile profile, long bytes, string sha256, string by, DateTime now)
    {
        var dataset = new Dataset
        {
            Report = report,
            Profile = profile,
            Bytes = bytes,
            Sha256 = sha256,
            UploadedAt = now,
            UploadedBy = by,
        };
        dataset.Rename(name);
        return dataset;
    }

    /// <summary>
    /// Gives the dataset another name. Its files keep the name of the upload, and jobs and versions the name that they were made from.
    /// </summary>
    public void Rename(string name)
    {
        if (!IsValidName(name))
        {
            throw DatasetRefusals.InvalidName();
        }

        (Name, NameKey) = (name, KeyOf(name));
    }

    /// <param name="description">Plain text of at most <see cref="MaxDescription"/> characters; nothing but white space removes it.</param>
    public void Describe(string description) => Description = string.IsNullOrWhiteSpace(description) ? null : description.Trim();

    /// <summary>Adds the profile to a dataset of an earlier release.</summary>
    public void Complete(DataProfile profile) => Profile = profile;

    public static string KeyOf(string name) => name.ToLowerInvariant();

    /// <summary>
    /// Whether the name matches <c>[A-Za-z0-9._-]{1,100}</c>, ends in <c>.csv</c>, has no leading dot, and isn't a reserved device name
    /// of Windows.
    /// </summary>
    public static bool IsValidName([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] string? name) =>
        name is not null && Pattern().IsMatch(name) && !ReservedOnWindows().IsMatch(name);

    [GeneratedRegex(@"^(?!\.)[A-Za-z0-9._-]{1,96}\.[cC][sS][vV]\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();

    [GeneratedRegex(@"^(con|prn|aux|nul|com[0-9]|lpt[0-9])\.", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex ReservedOnWindows();
}
