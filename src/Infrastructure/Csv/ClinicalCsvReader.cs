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
        private readonly int[] _columns = new int[Schema.Columns.Count];
        private readonly double[] _inputs = new double[Schema.Inputs.Count];
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
            for (var i = 0; i < _columns.Length; i++)
            {
                var name = Schema.Columns[i].Name;
                var at = Array.FindIndex(header, h => Matches(h, name));
                if (at >= 0 && Array.FindIndex(header, at + 1, h => Matches(h, name)) >= 0)
                {
                    throw DatasetRefusals.InvalidDataset($"The column {name} is there twice.");
                }

                _columns[i] = at;
            }

            var missing = Schema.Columns.Where((_, i) => _columns[i] < 0).Select(c => c.Name).ToArray();
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
                Reject("", Sentence.Of($"has {reader.FieldCount} fields where the header has {fields}"));
                _rejected++;
                return;
            }

            for (var i = 0; i < _inputs.Length; i++)
            {
                _inputs[i] = Schema.Inputs[i].Kind == ColumnKind.Number
                    ? ReadNumber(Schema.Inputs[i], _columns[i])
                    : ReadCode(Schema.Inputs[i], _columns[i]);
            }

            if (!DiabetesClasses.TryParse(reader.GetString(_columns[^1]), out var label))
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
            var text = reader.GetString(at).Trim();
            if (decimalComma && text.Contains(',', StringComparison.Ordinal) && !text.Contains('.', StringComparison.Ordinal))
            {
                text = text.Replace(',', '.');
            }

            if (!double.TryParse(text, Number, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
            {
                Reject(column.Name, text.Length == 0 ? Column.Missing : Column.NotANumber);
            }
            else if (column.ProblemOf(value) is { } problem)
            {
                Reject(column.Name, problem);
            }

            return value;
        }

        private int ReadCode(Column column, int at)
        {
            if (!column.TryParseCode(reader.GetString(at), out var number))
            {
                Reject(column.Name, column.Outside);
            }

            return number;
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
