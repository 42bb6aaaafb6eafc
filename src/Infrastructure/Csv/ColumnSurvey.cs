using System.Globalization;
using CsvHelper;
using ModelOps.Domain;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Csv;

/// <summary>
/// Judges whole columns before any row is kept. A value can be within its limits and still be wrong: 22 is a valid percentage of HbA1c
/// for one row, but in a column of 22, 48 and 42 it is 22 mmol/mol, a healthy value.
/// </summary>
internal sealed class ColumnSurvey(CsvPlan plan, DecimalComma comma)
{
    /// <summary>Fewer values don't show the unit of a column.</summary>
    private const int MinimumValues = 3;

    /// <summary>Fewer rows don't show that a distribution is implausible.</summary>
    private const int MinimumRows = 10;

    /// <summary>A sample is enough for a median, and bounds the memory of a file with millions of rows.</summary>
    private const int MaxValues = 100_000;

    private readonly Numbers?[] _numbers = [.. plan.Columns.Select(c => c?.Unit is null ? null : new Numbers(c.Column.Units.Count > 1))];
    private readonly Words?[] _words = [.. plan.Columns.Select(c => c is null or { Unit: not null } ? null : new Words(c.Column))];
    private readonly int[] _ages = new int[256];
    private readonly int[] _bmis = new int[256];
    private readonly int _age = IndexOf(ColumnNames.Age);
    private readonly int _bmi = IndexOf(ColumnNames.Bmi);
    private readonly double[] _row = new double[plan.Columns.Length];
    private int _rows;

    /// <summary>Whether any number has a decimal comma.</summary>
    public bool HasDecimalComma => _numbers.Any(n => n?.HasComma == true);

    /// <summary>Takes a row. Values that can't be read are left to the second pass.</summary>
    public void Add(CsvReader row)
    {
        for (var i = 0; i < _row.Length; i++)
        {
            if (plan.Columns[i] is not { } column || column.Index >= row.FieldCount)
            {
                _row[i] = double.NaN;
            }
            else if (_numbers[i] is { } numbers)
            {
                var text = row.GetSpan(column.Index);
                var problem = CsvNumber.Parse(text, comma, column.Unit!.HasPercentSign, out var value, out var hasComma);
                _row[i] = problem is null ? value : double.NaN;
                numbers.Add(problem is null ? value : null, hasComma, text);
            }
            else
            {
                _words[i]!.Add(row, column.Index);
            }
        }

        if (_row[_age] is var age && _row[_bmi] is var bmi && !double.IsNaN(age) && !double.IsNaN(bmi))
        {
            _ages[(int)Math.Clamp(age, 0, 255)]++;
            _bmis[(int)Math.Clamp(bmi, 0, 255)]++;
            _rows++;
        }
    }

    /// <summary>The first distinct words of each coded column, as they are in the file.</summary>
    public Dictionary<string, IReadOnlyList<string>> Distinct() => _words.OfType<Words>().ToDictionary(
        w => w.Column.Name,
        w => (IReadOnlyList<string>)[.. w.Texts.Take(FoundText.MaxListed).Select(FoundText.Cut)]);

    /// <summary>
    /// The plan with the units and codings that the columns have. Where they aren't certain, a question is added, and the plan has what is
    /// likely.
    /// </summary>
    public CsvPlan Judge(List<ColumnNote> questions)
    {
        var columns = (PlannedColumn?[])plan.Columns.Clone();
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = columns[i] switch
            {
                { Unit: not null } number => JudgeUnit(number, _numbers[i]!, questions),
                { Coding: null } coded => JudgeCoding(coded, _words[i]!, questions),
                var other => other,
            };
        }

        return plan with { Columns = columns };
    }

    /// <summary>What is possible but implausible, so that a person must confirm it.</summary>
    public IEnumerable<ColumnNote> Warnings()
    {
        if (_rows < MinimumRows)
        {
            yield break;
        }

        var (age, bmi) = (Median(_ages), Median(_bmis));
        if (bmi >= 45 && age < 45)
        {
            yield return new ColumnNote("columns_swapped", ColumnNames.Age, Sentence.Of(
                $"{ColumnNames.Age} and {ColumnNames.Bmi} look exchanged: most values of {ColumnNames.Bmi} are above 45, and most of {ColumnNames.Age} below."));
        }
        else if (age < 5)
        {
            yield return new ColumnNote("implausible_ages", ColumnNames.Age, Sentence.Of($"Most values of {ColumnNames.Age} are below 5 years."));
        }
    }

    /// <summary>The words of a column that have a code, as they are in the file, and the other usual words of the coding.</summary>
    public IReadOnlyDictionary<string, string> CodesOf(Column column, Coding coding)
    {
        var words = _words.First(w => w?.Column == column)!;
        var usual = column.Codings.Contains(coding) ? coding.Words.Take(column.Codes.Count) : coding.Words;
        return words.Texts.Concat(usual.Select(w => w.Word)).Concat(words.Known)
            .DistinctBy(PlainText.Word)
            .Select(word => (Word: word, Code: coding.Find(word)))
            .Where(w => w.Code is not null)
            .Take(ColumnMapping.MaxCodes)
            .ToDictionary(w => w.Word, w => column.NameOf(w.Code!.Value));
    }

    private static PlannedColumn JudgeUnit(PlannedColumn column, Numbers numbers, List<ColumnNote> questions)
    {
        column = column with { MixesDecimalSigns = numbers.HasComma && numbers.HasPoint };
        if (numbers.Median(MinimumValues) is not { } median || column.Unit!.IsPlausible(median)
            || column.Column.Units.FirstOrDefault(u => u.IsPlausible(median)) is not { } likely)
        {
            return column;
        }

        var (name, unit) = (column.Column.Name, column.Unit.Name);
        questions.Add(new ColumnNote("other_unit", name, likely.ToOwn is null
            ? Sentence.Of($"The column {name} is named {unit}, but its values look like {likely.Name}. Correct its unit.")
            : Sentence.Of(
                $"The column {name} looks like {likely.Name}, not {unit}, so no row was kept. Choose the unit {likely.Name}, or name the column \"{name} ({likely.Name})\", and its values are converted ({likely.Formula}).")));
        return column with { Unit = likely };
    }

    private PlannedColumn JudgeCoding(PlannedColumn planned, Words words, List<ColumnNote> questions)
    {
        var (column, name) = (planned.Column, planned.Column.Name);
        var possible = column.Codings.Where(c => words.Known.All(w => c.FindPlain(w) is not null)).ToArray();
        if (words.Known.Count == 0)
        {
            if (words.Texts.Count > 0)
            {
                questions.Add(new ColumnNote("unknown_words", name, FoundText.Words(words.Texts) is { Length: > 0 } found
                    ? Sentence.Of($"None of the words of the column {name} is known: {found}. Say what each of them means. Otherwise {name} {column.Outside}.")
                    : Sentence.Of($"None of the words of the column {name} is known. Say what each of them means. Otherwise {name} {column.Outside}.")));
            }
        }
        else if (possible.Length == 0)
        {
            var known = string.Join(", ", words.Known.Order(StringComparer.Ordinal));
            questions.Add(new ColumnNote("mixed_codings", name, Sentence.Of(
                $"The column {name} mixes codings ({known}), so it isn't certain what each word means. Say what each of them means. Otherwise {name} {column.Outside}.")));
        }

        var ambiguous = words.Texts.Find(
            w => PlainText.Word(w) is var plain && possible.Any(c => c.FindPlain(plain) != possible[0].FindPlain(plain)));
        if (ambiguous is not null && !plan.IsCanonical)
        {
            questions.Add(new ColumnNote("ambiguous_coding", name, Sentence.Of(
                $"The only known word of the column {name} is {ambiguous}, which has two meanings. Say what it means. Otherwise {name} {column.Outside}.")));
        }

        return planned with { Coding = possible.Length > 0 ? possible[0] : column.Codings[0], AmbiguousWord = ambiguous };
    }

    private static int IndexOf(string name) => FeatureSchema.Current.Columns.Select(c => c.Name).ToList().IndexOf(name);

    private int Median(int[] counts)
    {
        var value = 0;
        for (var seen = counts[0]; seen * 2 < _rows; seen += counts[value])
        {
            value++;
        }

        return value;
    }

    /// <summary>The numbers of a column.</summary>
    private sealed class Numbers(bool hasSeveralUnits)
    {
        private readonly List<double> _values = [];

        public bool HasComma { get; private set; }

        public bool HasPoint { get; private set; }

        public void Add(double? value, bool hasComma, ReadOnlySpan<byte> text)
        {
            HasComma |= hasComma;
            HasPoint = HasPoint || (value is not null && text.Contains((byte)'.'));
            if (hasSeveralUnits && value is { } number && _values.Count < MaxValues)
            {
                _values.Add(number);
            }
        }

        public double? Median(int minimum)
        {
            _values.Sort();
            return _values.Count < minimum ? null : _values[_values.Count / 2];
        }
    }

    /// <summary>The words of a coded column. A file repeats a few, so each one is looked up once.</summary>
    private sealed class Words(Column column)
    {
        /// <summary>How many distinct texts are remembered.</summary>
        private const int MaxTexts = 100;

        private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
        private readonly bool[] _letters = new bool[128];

        public Column Column => column;

        /// <summary>The first distinct texts, as they are in the file.</summary>
        public List<string> Texts { get; } = [];

        /// <summary>Those that belong to any coding, plain. Other texts are problems of their row and don't decide on the column.</summary>
        public HashSet<string> Known { get; } = new(StringComparer.Ordinal);

        public void Add(CsvReader row, int at)
        {
            var text = row.GetSpan(at);
            if (text is [< 128 and var letter])
            {
                if (!_letters[letter])
                {
                    _letters[letter] = true;
                    AddNew(((char)letter).ToString());
                }

                return;
            }

            var word = System.Text.Encoding.UTF8.GetString(CsvNumber.Unprotected(text));
            if (_seen.Count < MaxTexts ? _seen.Add(word) : !_seen.Contains(word))
            {
                AddNew(word.Trim());
            }
        }

        private void AddNew(string text)
        {
            if (text.Length == 0)
            {
                return;
            }

            if (Texts.Count < MaxTexts && !Texts.Contains(text, StringComparer.Create(CultureInfo.InvariantCulture, ignoreCase: true)))
            {
                Texts.Add(text);
            }

            var plain = PlainText.Word(text);
            if (column.Codings.Any(c => c.FindPlain(plain) is not null))
            {
                Known.Add(plain);
            }
        }
    }
}
