using System.Globalization;
using ModelOps.Domain.Evaluation;

namespace ModelOps.Domain.Versions;

/// <summary>
/// What lists of versions show, search and sort by, and the only part of a version that people change (<see cref="Note"/> and
/// <see cref="Tags"/>). It has a narrow table of its own, because a version's row is some 20 kB of JSON: a search reads all listings, and
/// only the rows of the page that it shows.
/// </summary>
public sealed class VersionListing
{
    public const int MaxNote = 500;
    public const int MaxTags = 10;
    public const int MaxTag = 40;

    /// <summary>Upper limit of <see cref="SearchText"/>.</summary>
    public const int MaxSearchText = 1_500;

    /// <summary>Stands between the tags of <see cref="TagText"/> and around them. No tag contains it.</summary>
    public const char TagSeparator = '|';

    private VersionListing()
    {
    }

    public long VersionId { get; private set; }

    /// <summary>Loaded before <see cref="Describe"/> and <see cref="Tag"/> are called.</summary>
    public ModelVersion Version { get; private set; } = null!;

    /// <summary>
    /// The version's number for people: 1 for the first version of the installation, then in order of creation; never given again, even
    /// when its version is deleted. See <see cref="VersionCounter"/>.
    /// </summary>
    public long Number { get; private set; }

    /// <summary>The dataset that the version was trained on; null when it was trained on the database's records alone.</summary>
    public string? Dataset { get; private set; }

    /// <summary>Macro F1 0..1 on the hold-out rows; <see cref="EvaluationReport.F1Score"/>.</summary>
    public double MacroF1 { get; private set; }

    /// <inheritdoc cref="EvaluationReport.BeatsBaselines"/>
    public bool BeatsBaselines { get; private set; }

    /// <summary>Hold-out patients with diabetes whom the version puts in another class.</summary>
    public int DiabetesMissed { get; private set; }

    /// <summary>Those of <see cref="DiabetesMissed"/> whom it calls Negative.</summary>
    public int DiabetesMissedAsNegative { get; private set; }

    /// <summary>Hold-out patients with diabetes.</summary>
    public int DiabetesRows { get; private set; }

    /// <summary>A remark of an administrator; null for none.</summary>
    public string? Note { get; private set; }

    /// <summary>The tags as one text such as <c>|pilot|spring|</c>, so that a query can look for one; empty for none.</summary>
    public string TagText { get; private set; } = "";

    /// <summary>Everything that a text search looks at, in lower case.</summary>
    public string SearchText { get; private set; } = "";

    public IReadOnlyList<string> Tags => TagText.Split(TagSeparator, StringSplitOptions.RemoveEmptyEntries);

    public static VersionListing Of(ModelVersion version, long number)
    {
        var evaluation = version.Summary.Evaluation;
        var listing = new VersionListing
        {
            Version = version,
            Number = number,
            Dataset = DatasetOf(version.DataSource),
            MacroF1 = evaluation.F1Score,
            BeatsBaselines = evaluation.BeatsBaselines,
            DiabetesMissed = evaluation.MissedDiabetes.Missed,
            DiabetesMissedAsNegative = evaluation.MissedDiabetes.AsNegative,
            DiabetesRows = evaluation.MissedDiabetes.Of,
        };
        listing.SearchText = listing.Searched();
        return listing;
    }

    /// <summary>Replaces the note; a blank one removes it.</summary>
    public void Describe(string? note)
    {
        Note = string.IsNullOrWhiteSpace(note) ? null : note.Trim();
        SearchText = Searched();
    }

    /// <summary>Replaces the tags. They are kept in lower case, each once.</summary>
    public void Tag(IEnumerable<string> tags)
    {
        var kept = tags.Select(Normalize).Distinct(StringComparer.Ordinal).ToArray();
        TagText = kept.Length == 0 ? "" : TagSeparator + string.Join(TagSeparator, kept) + TagSeparator;
        SearchText = Searched();
    }

    public static string Normalize(string tag) => tag.Trim().ToLowerInvariant();

    /// <summary>Whether a text can be a tag: 1 to 40 letters, digits, blanks, dots, hyphens, underscores or colons.</summary>
    public static bool IsTag(string? text) =>
        text?.Trim() is { Length: >= 1 and <= MaxTag } trimmed
        && trimmed.All(c => char.IsLetterOrDigit(c) || c is ' ' or '.' or '-' or '_' or ':');

    private string Searched() => string.Join(
        '\n', Number.ToString(CultureInfo.InvariantCulture), Version.Name, Dataset, TagText, Note).ToLowerInvariant();

    private static string? DatasetOf(string dataSource)
    {
        const string Marker = "dataset:";
        var at = dataSource.IndexOf(Marker, StringComparison.Ordinal);
        return at < 0 ? null : dataSource[(at + Marker.Length)..];
    }
}

/// <summary>
/// The number of the latest version. One row, updated in the transaction that records a version: numbers have no gaps, follow the order of
/// creation, and the number of a deleted version isn't given again. The ids of the database would have gaps, because PostgreSQL's
/// sequences lose numbers in a rollback and in a crash.
/// </summary>
public sealed class VersionCounter
{
    public const int SingletonId = 1;

    private VersionCounter()
    {
    }

    public int Id { get; private set; } = SingletonId;

    /// <summary>0 before the first version.</summary>
    public long Last { get; private set; }

    public long Next() => ++Last;
}
