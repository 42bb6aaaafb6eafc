using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using CsvHelper;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Csv;

/// <summary>
/// CsvHelper cuts the file into records; numbers are read here, because the library's own reading takes <c>1,5</c> for 15
/// and lets NaN pass.
/// </summary>
internal sealed class ClinicalCsvReader : IClinicalCsvReader
{
    private const int MaxRecordBytes = 64 * 1024;
    private const NumberStyles Number =
        NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    private static readonly string[] Required =
        [PatientFeatures.HbA1cName, PatientFeatures.AgeName, PatientFeatures.BmiName, PatientFeatures.GenderName,
            PatientFeatures.ClassName];

    public CsvReport Read(Stream content, bool strict, Action<LabelledExample> onRow, CancellationToken cancellationToken)
    {
        var separator = TextProbe.Check(content, MaxRecordBytes);
        content.Position = 0;
        using var reader = CsvReader.Create(
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
        try
        {
            return new Pass(reader, separator == ';', strict, onRow).Run(cancellationToken);
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

    private sealed class Pass(CsvReader reader, bool decimalComma, bool strict, Action<LabelledExample> onRow)
    {
        private readonly List<RowProblem> _problems = [];
        private readonly int[] _columns = new int[Required.Length];
        private readonly int[] _byClass = new int[DiabetesClasses.Count];
        private int _rows;
        private int _rejected;
        private bool _rowRejected;

        public CsvReport Run(CancellationToken cancellationToken)
        {
            var header = reader.Headers.ToArray();
            FindColumns(header);
            while (reader.Read())
            {
                if ((_rows & 1023) == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }

                ReadRow(header.Length);
            }

            if (_rows == 0)
            {
                throw _problems.Count == 0
                    ? DatasetRefusals.InvalidDataset($"The file has no row beneath its header.")
                    : DatasetRefusals.InvalidDataset($"The file has no usable row ({_rejected} left out). {Describe(_problems[0])}");
            }

            return new CsvReport(
                _rows,
                header.Length,
                _rejected,
                _problems,
                Duplicates: 0,
                DiabetesClasses.All.ToDictionary(c => c, c => _byClass[(int)c]));
        }

        private void FindColumns(string[] header)
        {
            for (var i = 0; i < Required.Length; i++)
            {
                var name = Required[i];
                var at = Array.FindIndex(header, h => Matches(h, name));
                if (at >= 0 && Array.FindIndex(header, at + 1, h => Matches(h, name)) >= 0)
                {
                    throw DatasetRefusals.InvalidDataset($"The column {name} is there twice.");
                }

                _columns[i] = at;
            }

            var missing = Required.Where((_, i) => _columns[i] < 0).ToArray();
            if (missing.Length > 0)
            {
                throw DatasetRefusals.MissingColumns(missing);
            }
        }

        private static bool Matches(string header, string name) =>
            string.Equals(header.Trim(), name, StringComparison.OrdinalIgnoreCase);

        private void ReadRow(int fields)
        {
            _rowRejected = false;
            if (reader.FieldCount != fields)
            {
                Reject("", $"has {reader.FieldCount} fields where the header has {fields}");
                _rejected++;
                return;
            }

            var hba1c = ReadNumber(0, PatientFeatures.HbA1cProblem);
            var age = ReadNumber(1, PatientFeatures.AgeProblem);
            var bmi = ReadNumber(2, PatientFeatures.BmiProblem);
            if (!Genders.TryParse(reader.GetString(_columns[3]), out var gender))
            {
                Reject(PatientFeatures.GenderName, "must be M or F");
            }

            if (!DiabetesClasses.TryParse(reader.GetString(_columns[4]), out var label))
            {
                Reject(PatientFeatures.ClassName, "must be N, P, Y, Negative, Prediabetes or Diabetes");
            }

            if (_rowRejected)
            {
                _rejected++;
                return;
            }

            var row = new LabelledExample(new PatientFeatures(hba1c, age, bmi, gender), label);
            _rows++;
            _byClass[(int)label]++;
            onRow(row);
        }

        private double ReadNumber(int index, Func<double, string?> problemOf)
        {
            var text = reader.GetString(_columns[index]).Trim();
            if (decimalComma && text.Contains(',', StringComparison.Ordinal) && !text.Contains('.', StringComparison.Ordinal))
            {
                text = text.Replace(',', '.');
            }

            if (!double.TryParse(text, Number, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
            {
                Reject(Required[index], text.Length == 0 ? "is missing" : "is not a number");
            }
            else if (problemOf(value) is { } problem)
            {
                Reject(Required[index], problem);
            }

            return value;
        }

        private void Reject(string column, string problem)
        {
            _rowRejected = true;
            var found = new RowProblem((int)Math.Min(reader.LineNumber, int.MaxValue), column, problem);
            if (strict)
            {
                throw DatasetRefusals.InvalidDataset(Describe(found));
            }

            if (_problems.Count < Dataset.MaxProblems)
            {
                _problems.Add(found);
            }
        }

        /// <summary>Sentences inside a sentence, so that each can be said in another language.</summary>
        private static FormattableString Describe(RowProblem problem) => problem.Column.Length == 0
            ? (FormattableString)$"Line {problem.Line}: the row {FormattableStringFactory.Create(problem.Problem)}."
            : $"Line {problem.Line}: {problem.Column} {FormattableStringFactory.Create(problem.Problem)}.";
    }
}
