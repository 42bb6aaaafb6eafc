using ModelOps.Domain;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;

namespace ModelOps.Application.Datasets;

/// <summary>What holds for a mapping whatever the file. Errors name the field, never a value.</summary>
public static class CsvMappingRules
{
    /// <summary>The part of a multipart request, and the first word of each field's name.</summary>
    public const string Field = "mapping";

    /// <summary>The separators that a file may have.</summary>
    public const string Separators = ",;\t|";

    /// <summary>The encodings that a file may have.</summary>
    public static readonly IReadOnlyList<string> Encodings = ["utf-8", "utf-16le", "utf-16be", "windows-1252"];

    private const int MaxText = 1_000;

    /// <exception cref="RefusalException"><c>validation_failed</c>, with the field.</exception>
    public static void Check(CsvMapping mapping)
    {
        if (mapping.Separator is { } separator && (separator.Length != 1 || !Separators.Contains(separator, StringComparison.Ordinal)))
        {
            throw Refusal("separator", Texts.Say($"must be a comma, a semicolon, a tab or |"));
        }

        if (mapping.Encoding is { } encoding && !Encodings.Contains(encoding, StringComparer.OrdinalIgnoreCase))
        {
            throw Refusal("encoding", Texts.Say($"must be one of {string.Join(", ", Encodings)}"));
        }

        foreach (var (name, column) in mapping.Columns)
        {
            Check(name, column);
        }
    }

    /// <param name="field">The field inside the mapping.</param>
    public static RefusalException Refusal(string field, string message) => InvalidRequest.Refusal($"{Field}.{field}", message);

    public static string FieldOf(string column, string member) => $"columns.{Shown(column)}.{member}";

    private static void Check(string name, ColumnMapping? mapping)
    {
        var column = FeatureSchema.Current.Columns.FirstOrDefault(c => c.Name == name);
        if (column is null && name != ColumnNames.PatientReference)
        {
            var names = FeatureSchema.Current.Columns.Select(c => c.Name).Append(ColumnNames.PatientReference);
            throw Refusal($"columns.{Shown(name)}", Texts.Say($"is no column; the columns are {string.Join(", ", names)}"));
        }

        if (mapping is null)
        {
            throw Refusal($"columns.{name}", Texts.Say($"must not be null."));
        }

        if (mapping.Header is { Length: > MaxText })
        {
            throw Refusal(FieldOf(name, "header"), Texts.Say($"has more than {MaxText} characters"));
        }

        if (mapping.Unit is { } unit && column?.Units.Any(u => u.Is(PlainText.Of(unit))) != true)
        {
            throw Refusal(FieldOf(name, "unit"), column is null or { Units.Count: 0 }
                ? Texts.Say($"can't be given: the column has no unit")
                : Texts.Say($"must be one of {string.Join(", ", column.Units.Select(u => u.Name))}"));
        }

        if (mapping.Codes is not null)
        {
            CheckCodes(name, column, mapping.Codes);
        }
    }

    private static void CheckCodes(string name, Column? column, IReadOnlyDictionary<string, string> codes)
    {
        var field = FieldOf(name, "codes");
        if (column is null or { Codings.Count: 0 })
        {
            throw Refusal(field, Texts.Say($"can't be given: the column has no codes"));
        }

        if (codes.Count is 0 or > ColumnMapping.MaxCodes
            || codes.Keys.Any(word => word.Length > MaxText || PlainText.Word(word).Length == 0))
        {
            throw Refusal(field, Texts.Say($"must have 1 to {ColumnMapping.MaxCodes} words of at most {MaxText} characters"));
        }

        if (codes.Values.Any(code => code is null || column.Codings[0].Find(code) is null))
        {
            var names = string.Join(", ", column.Codings[0].Words.Select(w => w.Word));
            throw Refusal(field, Texts.Say($"has a code that isn't one of {names}"));
        }

        var conflict = codes.GroupBy(c => PlainText.Word(c.Key), c => column.Codings[0].Find(c.Value)).Any(g => g.Distinct().Count() > 1);
        if (conflict)
        {
            throw Refusal(field, Texts.Say($"has one word with two codes; letter case, accents and blanks don't matter"));
        }
    }

    private static string Shown(string name) => name.Length <= 100 ? name : name[..100] + "…";
}
