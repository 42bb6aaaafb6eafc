using ModelOps.Application;
using ModelOps.Application.Datasets;
using ModelOps.Domain;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Csv;

/// <summary>A column of the schema in a file.</summary>
/// <param name="Index">The field's index in a row.</param>
internal sealed record PlannedColumn(Column Column, int Index, string Header)
{
    /// <summary>The unit of the file's numbers; null for a coded column.</summary>
    public ColumnUnit? Unit { get; init; }

    /// <summary>What the file's words mean; null for a number, and for a coded column that wasn't judged.</summary>
    public Coding? Coding { get; init; }

    /// <summary>The only known word of a coded column, where it has another meaning in another coding.</summary>
    public string? AmbiguousWord { get; init; }

    /// <summary>Whether some numbers have a decimal comma and others a decimal point, where only one can be right.</summary>
    public bool MixesDecimalSigns { get; init; }
}

/// <summary>Where the columns of the schema are in a file, and how they are read.</summary>
/// <param name="Columns">In the schema's order; null for a column that wasn't found.</param>
/// <param name="PatientReference">The index of the patient's reference; -1 if the file has none.</param>
internal sealed record CsvPlan(string[] Headers, PlannedColumn?[] Columns, int PatientReference)
{
    /// <summary>The code of the question for a column that wasn't found.</summary>
    public const string MissingColumn = "missing_column";

    private static readonly FeatureSchema Schema = FeatureSchema.Current;

    /// <summary>Rows may end after this field: what follows is ignored.</summary>
    public int LastIndex { get; } = Columns.Select(c => c?.Index ?? -1).Append(PatientReference).Max();

    /// <summary>
    /// Whether every column has its own name, so that the file is in the form of the HTTP contract, where each word has one meaning.
    /// </summary>
    public bool IsCanonical { get; } = Columns.All(c => c is not null && HeaderSearch.Recognize(c.Header).IsOwnName);

    /// <summary>Finds the columns by what the mapping states, and else by the headers.</summary>
    /// <param name="questions">Takes what the mapping must state before any row is kept.</param>
    /// <exception cref="RefusalException"><c>validation_failed</c>: the mapping doesn't fit the file.</exception>
    public static CsvPlan Of(string[] headers, CsvMapping mapping, List<ColumnNote> questions)
    {
        var stated = Stated(headers, mapping);
        var known = headers.Select((header, i) => stated.ContainsValue(i) ? default : HeaderSearch.Recognize(header)).ToArray();
        var columns = Schema.Columns.Select(column => Find(column, headers, known, stated, mapping, questions)).ToArray();
        var references = Enumerable.Range(0, headers.Length)
            .Where(i => PlainText.Of(headers[i]) == ColumnNames.PatientReference && !stated.ContainsValue(i)).ToArray();
        if (references.Length > 1 && !stated.ContainsKey(ColumnNames.PatientReference))
        {
            questions.Add(Twice(ColumnNames.PatientReference));
        }

        var reference = stated.TryGetValue(ColumnNames.PatientReference, out var at) ? at : references is [var only] ? only : -1;
        return new CsvPlan(headers, columns, reference);
    }

    /// <summary>The plan as a complete mapping.</summary>
    public CsvMapping ToMapping(CsvLayout layout, ColumnSurvey survey)
    {
        var columns = Columns.OfType<PlannedColumn>().ToDictionary(c => c.Column.Name, c => new ColumnMapping
        {
            Header = c.Header,
            Unit = c.Unit?.Name,
            Codes = c.Coding is { } coding ? survey.CodesOf(c.Column, coding) : null,
        });
        if (PatientReference >= 0)
        {
            columns.Add(ColumnNames.PatientReference, new ColumnMapping { Header = Headers[PatientReference] });
        }

        return new CsvMapping { Columns = columns, Separator = layout.Separator.ToString(), Encoding = layout.Encoding.Name };
    }

    private static PlannedColumn? Find(
        Column column,
        string[] headers,
        KnownHeader[] known,
        Dictionary<string, int> stated,
        CsvMapping mapping,
        List<ColumnNote> questions)
    {
        var isStated = stated.TryGetValue(column.Name, out var at);
        if (!isStated)
        {
            // The column's own name goes before its name with a unit, and that before a synonym: a file may have several.
            int[][] ways =
            [
                Matching(i => headers[i].Equals(column.Name, StringComparison.OrdinalIgnoreCase) && known[i].Column is not null),
                Matching(i => known[i].Column == column && known[i].IsOwnName),
                Matching(i => known[i].Column == column),
            ];
            switch (Array.Find(ways, w => w.Length > 0))
            {
                case null:
                    questions.Add(new ColumnNote(MissingColumn, column.Name, Sentence.Of(
                        $"None of the file's headers is known as {column.Name}. Say which one it is.")));
                    return null;
                case [var only]:
                    at = only;
                    break;
                default:
                    questions.Add(Twice(column.Name));
                    return null;
            }
        }

        var recognized = HeaderSearch.Recognize(headers[at]);
        var choice = mapping.Columns.GetValueOrDefault(column.Name);
        var planned = new PlannedColumn(column, at, headers[at]);
        if (column.Kind != ColumnKind.Number)
        {
            return planned with { Coding = choice?.Codes is { } codes ? CodingOf(column, codes) : null };
        }

        if (choice?.Unit is { } unit)
        {
            return planned with { Unit = column.Units.First(u => u.Is(PlainText.Of(unit))) };
        }

        if (recognized.Column == column && recognized.HasUnknownUnit)
        {
            questions.Add(new ColumnNote("unknown_unit", column.Name, Sentence.Of(
                $"The header of the column {column.Name} names a unit that isn't known. Choose one of: {string.Join(", ", column.Units.Select(u => u.Name))}.")));
        }

        return planned with { Unit = recognized.Column == column && recognized.Unit is { } named ? named : column.Units[0] };

        int[] Matching(Func<int, bool> matches) => [.. Enumerable.Range(0, headers.Length).Where(matches)];
    }

    /// <summary>The fields whose headers the mapping states.</summary>
    private static Dictionary<string, int> Stated(string[] headers, CsvMapping mapping)
    {
        var found = new Dictionary<string, int>();
        foreach (var (name, column) in mapping.Columns)
        {
            if (column.Header is not { } header)
            {
                continue;
            }

            var plain = PlainText.Of(header);
            var same = Indexes(h => h == header.Trim());
            var at = same.Length > 0 ? same : Indexes(h => PlainText.Of(h) == plain);
            var problem = at.Length switch
            {
                0 => FoundText.Headers(headers) is { Length: > 0 } list
                    ? Texts.Say($"is no header of the file. Its headers are: {list}.") : Texts.Say($"is no header of the file."),
                > 1 => Texts.Say($"is there twice in the file."),
                _ when found.ContainsValue(at[0]) => Texts.Say($"is stated for another column, too."),
                _ => null,
            };
            if (problem is not null)
            {
                throw CsvMappingRules.Refusal(CsvMappingRules.FieldOf(name, "header"), problem);
            }

            found.Add(name, at[0]);
        }

        return found;

        int[] Indexes(Predicate<string> matches) => [.. Enumerable.Range(0, headers.Length).Where(i => matches(headers[i]))];
    }

    private static Coding CodingOf(Column column, IReadOnlyDictionary<string, string> codes) => new(
        [.. codes.DistinctBy(c => PlainText.Word(c.Key)).Select(c => (c.Key, column.Codings[0].Find(c.Value)!.Value))]);

    private static ColumnNote Twice(string column) =>
        new("duplicate_column", column, Sentence.Of($"The column {column} is there twice. Say which header is the right one."));
}
