using ModelOps.Domain.Features;

namespace ModelOps.Domain.Datasets;

/// <summary>
/// How the columns of a CSV file become the columns of the schema. A caller states what the file itself doesn't make certain; what is left
/// out is recognized from the file.
/// </summary>
public sealed record CsvMapping
{
    public static readonly CsvMapping Empty = new();

    /// <summary>By the schema's column name, or <see cref="ColumnNames.PatientReference"/>.</summary>
    public IReadOnlyDictionary<string, ColumnMapping> Columns { get; init; } = new Dictionary<string, ColumnMapping>();

    /// <summary>The separator, one character; null to recognize it.</summary>
    public string? Separator { get; init; }

    /// <summary>The encoding's name, such as <c>windows-1252</c>; null to recognize it.</summary>
    public string? Encoding { get; init; }
}

/// <summary>Where one column of the schema is in a file, and how its values are read.</summary>
public sealed record ColumnMapping
{
    public const int MaxCodes = 100;

    /// <summary>The file's header; null to recognize it.</summary>
    public string? Header { get; init; }

    /// <summary>The unit of the file's numbers; null to recognize it.</summary>
    public string? Unit { get; init; }

    /// <summary>
    /// The code of each of the file's words, such as <c>Sí</c> → <c>Y</c>. Words that aren't in it are problems of their row. Null to
    /// recognize the coding.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Codes { get; init; }
}
