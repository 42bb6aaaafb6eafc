using System.Globalization;
using System.Text;
using CsvHelper;
using ModelOps.Application.Abstractions;
using ModelOps.Domain;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Csv;

/// <summary>
/// Reads a clinical CSV file. CsvHelper splits the file into records. This class parses the numbers, because CsvHelper reads <c>1,5</c>
/// as 15 and accepts NaN.
/// </summary>
internal sealed class ClinicalCsvReader : IClinicalCsvReader
{
    private const int MaxRecordBytes = 64 * 1024;
    private const NumberStyles Number =
        NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    private static readonly FeatureSchema Schema = FeatureSchema.Current;

    public CsvReport Read(Stream content, CsvOptions options, Action<LabelledExample> onRow, CancellationToken cancellationToken)
    {
        var separator = TextProbe.Check(content, MaxRecordBytes);
        try
        {
            Columns columns;
            ColumnSurvey? survey = null;
            using (var first = Open(content, separator))
            {
                columns = Columns.Find(first.Headers.ToArray());
                if (options.JudgesColumns)
                {
                    survey = Survey(first, columns, separator == ';', cancellationToken);
                }
            }

            var warnings = Judge(survey, columns, options);
            using var second = Open(content, separator);
            return new Pass(second, columns, survey?.Coding(), separator == ';', options.Strict, onRow).Run(cancellationToken) with
            {
                Warnings = warnings,
                Conversions = columns.HbA1cUnit == HeaderUnit.MmolPerMol ? [Converted] : [],
            };
        }
        catch (CsvFormatException exception)
        {
            throw DatasetRefusals.InvalidDataset($"The file is no well-formed CSV: see line {exception.LineNumber}.");
        }
        catch (DecoderFallbackException)
        {
            throw DatasetRefusals.InvalidDataset($"The file is not UTF-8 text.");
        }
    }

    private static ColumnNote Converted { get; } = new("hba1c_mmol_per_mol", ColumnNames.HbA1c, Sentence.Of(
        $"The values of {ColumnNames.HbA1c} were converted from mmol/mol to %."));

    private static CsvReader Open(Stream content, char separator)
    {
        content.Position = 0;
        return CsvReader.Create(
            new StreamReader(content, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true,
                leaveOpen: true),
            new CsvReaderOptions
            {
                Separator = separator,
                MalformedData = CsvMalformedDataHandling.Throw,
                MissingField = CsvMissingFieldHandling.Throw,
                MaxRecordSize = MaxRecordBytes,
                IncludeValuesInExceptions = false,
                TrackLineNumbers = true,
                TrimWhitespace = true,
            },
            false);
    }

    /// <summary>Reads the values of the columns that are judged as a whole. Unreadable values are left to the second pass.</summary>
    private static ColumnSurvey Survey(CsvReader reader, Columns columns, bool decimalComma, CancellationToken cancellationToken)
    {
        var survey = new ColumnSurvey();
        var (hba1c, age, bmi, gender) =
            (columns.Of(ColumnNames.HbA1c), columns.Of(ColumnNames.Age), columns.Of(ColumnNames.Bmi), columns.Of(ColumnNames.Gender));
        for (var row = 0; reader.Read(); row++)
        {
            if ((row & 1023) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (reader.FieldCount != columns.Count)
            {
                continue;
            }

            if (TryHbA1c(reader.GetString(hba1c), decimalComma, out var value))
            {
                survey.AddHbA1c(value);
            }

            if (TryNumber(reader.GetString(age), decimalComma, out var years)
                && TryNumber(reader.GetString(bmi), decimalComma, out var index))
            {
                survey.AddAgeAndBmi(years, index);
            }

            survey.AddGender(reader.GetString(gender));
        }

        return survey;
    }

    /// <summary>Returns the warnings that were confirmed.</summary>
    private static ColumnNote[] Judge(ColumnSurvey? survey, Columns columns, CsvOptions options)
    {
        survey?.CheckUnit(columns.HbA1cUnit);
        var warnings = survey?.Warnings().ToArray() ?? [];
        return warnings.FirstOrDefault(warning => !options.Confirmed.Contains(warning.Code)) is { } open
            ? throw DatasetRefusals.ConfirmationNeeded(open)
            : warnings;
    }

    /// <summary>Reads HbA1c, whose unit may stand behind each value.</summary>
    private static bool TryHbA1c(string text, bool decimalComma, out double value)
    {
        var trimmed = text.AsSpan().Trim();
        return TryNumber(trimmed.EndsWith('%') ? trimmed[..^1] : trimmed, decimalComma, out value);
    }

    /// <param name="decimalComma">Whether a comma is the decimal separator, as in files with semicolons.</param>
    private static bool TryNumber(ReadOnlySpan<char> text, bool decimalComma, out double value)
    {
        var number = text.Trim();
        if (decimalComma && number.Contains(',') && !number.Contains('.'))
        {
            number = number.ToString().Replace(',', '.');
        }

        return double.TryParse(number, Number, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }

    /// <summary>Where the columns of the schema are in a file.</summary>
    /// <param name="Count">Number of columns of the file.</param>
    /// <param name="Indexes">The index of each column of the schema, in its order.</param>
    private sealed record Columns(int Count, IReadOnlyList<int> Indexes, HeaderUnit HbA1cUnit)
    {
        public int Of(string name) => Indexes[Schema.Columns.Select((column, i) => (column.Name, i)).First(c => c.Name == name).i];

        public static Columns Find(string[] header)
        {
            var known = header.Select(KnownHeaders.Find).ToArray();
            var indexes = new int[Schema.Columns.Count];
            for (var i = 0; i < indexes.Length; i++)
            {
                var name = Schema.Columns[i].Name;

                // The column's own name goes before a synonym: a file may have both.
                var own = Matching(header, h => h.Trim().Equals(name, StringComparison.OrdinalIgnoreCase));
                var found = own.Count > 0 ? own : Matching(known, k => k?.Column == name);
                if (found.Count > 1)
                {
                    throw DatasetRefusals.InvalidDataset($"The column {name} is there twice.");
                }

                indexes[i] = found.Count == 0 ? -1 : found[0];
            }

            var missing = Schema.Columns.Where((_, i) => indexes[i] < 0).Select(c => c.Name).ToArray();
            if (missing.Length > 0)
            {
                throw DatasetRefusals.MissingColumns(missing);
            }

            var units = indexes.Select(i => known[i]?.Unit ?? HeaderUnit.Expected).ToArray();
            if (Array.IndexOf(units, HeaderUnit.Unknown) is >= 0 and var wrong)
            {
                throw DatasetRefusals.InvalidDataset($"The header of the column {Schema.Columns[wrong].Name} names a unit that isn't known.");
            }

            return new Columns(header.Length, indexes, units[Schema.Columns.ToList().FindIndex(c => c.Name == ColumnNames.HbA1c)]);
        }

        private static List<int> Matching<T>(T[] header, Predicate<T> matches) =>
            [.. Enumerable.Range(0, header.Length).Where(i => matches(header[i]))];
    }

    private sealed class Pass(
        CsvReader reader, Columns columns, GenderCoding? coding, bool decimalComma, bool strict, Action<LabelledExample> onRow)
    {
        private readonly List<RowProblem> _problems = [];
        private readonly double[] _inputs = new double[Schema.Inputs.Count];
        private readonly int[] _byClass = new int[DiabetesClasses.Count];
        private int _rows;
        private int _rejected;
        private bool _rowRejected;

        public CsvReport Run(CancellationToken cancellationToken)
        {
            while (reader.Read())
            {
                if ((_rows & 1023) == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }

                ReadRow(columns.Count);
            }

            if (_rows == 0)
            {
                throw _problems.Count == 0
                    ? DatasetRefusals.InvalidDataset($"The file has no row beneath its header.")
                    : DatasetRefusals.InvalidDataset($"The file has no usable row ({_rejected} left out). {Describe(_problems[0])}");
            }

            return new CsvReport(
                _rows,
                columns.Count,
                _rejected,
                _problems,
                Duplicates: 0,
                DiabetesClasses.All.ToDictionary(c => c, c => _byClass[(int)c]));
        }

        private void ReadRow(int fields)
        {
            _rowRejected = false;
            if (reader.FieldCount != fields)
            {
                Reject("", Sentence.Of($"has {reader.FieldCount:# field|# fields} where the header has {fields}"));
                _rejected++;
                return;
            }

            for (var i = 0; i < _inputs.Length; i++)
            {
                _inputs[i] = Schema.Inputs[i].Kind == ColumnKind.Number
                    ? ReadNumber(Schema.Inputs[i], columns.Indexes[i])
                    : ReadCode(Schema.Inputs[i], columns.Indexes[i]);
            }

            if (!TryClass(reader.GetString(columns.Indexes[^1]), out var label))
            {
                Reject(Schema.Label.Name, Schema.Label.Outside);
            }

            if (_rowRejected)
            {
                _rejected++;
                return;
            }

            var row = new LabelledExample(PatientFeatures.From(_inputs), label);
            _rows++;
            _byClass[(int)label]++;
            onRow(row);
        }

        private double ReadNumber(Column column, int at)
        {
            var text = reader.GetString(at);
            var isHbA1c = column.Name == ColumnNames.HbA1c;
            if (!(isHbA1c ? TryHbA1c(text, decimalComma, out var value) : TryNumber(text, decimalComma, out value)))
            {
                Reject(column.Name, string.IsNullOrWhiteSpace(text) ? Column.Missing : Column.NotANumber);
                return value;
            }

            if (isHbA1c && columns.HbA1cUnit == HeaderUnit.MmolPerMol)
            {
                value = ToPercent(value);
            }

            if (column.ProblemOf(value) is { } problem)
            {
                Reject(column.Name, problem);
            }

            return value;
        }

        /// <summary>
        /// HbA1c in percent (NGSP) from mmol/mol (IFCC), by the master equation of the IFCC network, rounded to two decimals:
        /// NGSP = 0.09148 · IFCC + 2.152 (Hoelzel et al., Clinical Chemistry 50, 2004).
        /// </summary>
        private static double ToPercent(double mmolPerMol) => Math.Round((0.09148 * mmolPerMol) + 2.152, 2);

        private int ReadCode(Column column, int at)
        {
            var text = reader.GetString(at);
            if (column.Name == ColumnNames.Gender && coding is not null)
            {
                if (coding.Find(KnownHeaders.Plain(text)) is { } gender)
                {
                    return (int)gender;
                }
            }
            else if (column.TryParseCode(text, out var number))
            {
                return number;
            }

            Reject(column.Name, column.Outside);
            return 0;
        }

        private static bool TryClass(string text, out DiabetesClass value)
        {
            if (DiabetesClasses.TryParse(text, out value))
            {
                return true;
            }

            (var known, value) = KnownHeaders.Plain(text) switch
            {
                "negativo" or "negativa" => (true, DiabetesClass.Negative),
                "prediabetico" or "prediabetica" => (true, DiabetesClass.Prediabetes),
                "diabetico" or "diabetica" => (true, DiabetesClass.Diabetes),
                _ => (false, default),
            };
            return known;
        }

        private void Reject(string column, Sentence problem)
        {
            _rowRejected = true;
            var found = new RowProblem((int)Math.Min(reader.LineNumber, int.MaxValue), column, problem);
            if (strict)
            {
                throw DatasetRefusals.InvalidDataset($"{Describe(found)}");
            }

            if (_problems.Count < Dataset.MaxProblems)
            {
                _problems.Add(found);
            }
        }

        private static Sentence Describe(RowProblem problem) => problem.Column.Length == 0
            ? Sentence.Of($"Line {problem.Line}: the row {problem.Problem}.")
            : Sentence.Of($"Line {problem.Line}: {problem.Column} {problem.Problem}.");
    }
}
