using System.Globalization;
using System.Text;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Datasets;
using ModelOps.Domain;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Csv;

/// <summary>
/// Reads a clinical CSV file by a mapping: what the caller states, completed by what the file makes certain. One pass judges the whole
/// columns, a second one reads the rows.
/// </summary>
internal sealed class ClinicalCsvReader : IClinicalCsvReader
{
    private static readonly FeatureSchema Schema = FeatureSchema.Current;

    public CsvReport Read(Stream content, CsvOptions options, Action<ClinicalRow> onRow, CancellationToken cancellationToken)
    {
        var file = Survey(content, options, cancellationToken);
        if (file.Questions is [var question, ..])
        {
            throw Refusal(question, file);
        }

        ColumnNote[] warnings = [.. file.Survey?.Warnings() ?? []];
        if (warnings.FirstOrDefault(w => !options.IsConfirmed(w.Code)) is { } open)
        {
            throw DatasetRefusals.ConfirmationNeeded(open);
        }

        using var rows = new CsvRows(content, file.Layout);
        var report = new Pass(rows, file, options, (_, row) => onRow(row)).Run(cancellationToken);
        return report.Rows == 0 ? throw NoUsableRow(report) : report with { Warnings = warnings };
    }

    public CsvPreview Preview(Stream content, CsvMapping mapping, CancellationToken cancellationToken)
    {
        var options = CsvOptions.Default with { Mapping = mapping };
        var file = Survey(content, options, cancellationToken);
        List<PreviewedRow> first = [];
        using var rows = new CsvRows(content, file.Layout);
        var report = file.Plan.Columns.Contains(null)
            ? Report(file, new CsvReport(0, file.Plan.Headers.Length, 0, [], 0, new Dictionary<DiabetesClass, int>()))
            : new Pass(rows, file, options, Keep).Run(cancellationToken);
        return report is { Rows: 0, Rejected: 0 } && !file.Plan.Columns.Contains(null)
            ? throw NoUsableRow(report)
            : new CsvPreview(
                file.Survey!.HasDecimalComma ? "," : ".", file.Plan.Headers, first, report, [.. file.Survey.Warnings()], file.Questions,
                file.Survey.Distinct());

        void Keep(int line, ClinicalRow row)
        {
            if (first.Count < CsvPreview.MaxRows)
            {
                first.Add(new PreviewedRow(line, row));
            }
        }
    }

    /// <summary>Recognizes how the file is written, finds the columns and judges them.</summary>
    private static Surveyed Survey(Stream content, CsvOptions options, CancellationToken cancellationToken)
    {
        var mapping = options.Mapping;
        CsvMappingRules.Check(mapping);
        var encoding = TextEncoding.Detect(content, mapping.Encoding);
        var (separator, line) = HeaderSearch.Find(
            encoding.ReadStart(content, CsvRows.MaxRecordBytes),
            mapping.Separator ?? CsvMappingRules.Separators,
            [.. mapping.Columns.Values.Select(c => c.Header).OfType<string>()]);
        var layout = new CsvLayout(encoding, separator, line);
        var comma = separator != ',' ? DecimalComma.Always : options.IsOld ? DecimalComma.None : DecimalComma.WhenCertain;

        using var rows = new CsvRows(content, layout);
        List<ColumnNote> questions = [];
        var plan = CsvPlan.Of(rows.Read() ? rows.Fields() : [], mapping, questions);
        if (options.IsOld)
        {
            return new Surveyed(layout, plan, comma, null, questions);
        }

        var survey = new ColumnSurvey(plan, comma);
        for (var row = 0; rows.Read(); row++)
        {
            if ((row & 1023) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (Pass.HasAllFields(rows.Reader, plan, options))
            {
                survey.Add(rows.Reader);
            }
        }

        return new Surveyed(layout, survey.Judge(questions), comma, survey, questions);
    }

    private static RefusalException Refusal(ColumnNote question, Surveyed file)
    {
        var missing = file.Questions.Where(q => q.Code == CsvPlan.MissingColumn).Select(q => q.Column).ToArray();
        return missing.Length > 0 && question.Code == CsvPlan.MissingColumn
            ? DatasetRefusals.MissingColumns(missing, FoundText.Headers(file.Plan.Headers))
            : DatasetRefusals.InvalidDataset($"{question.Detail} State it in a mapping.");
    }

    private static RefusalException NoUsableRow(CsvReport report) => report.Problems.Count == 0
        ? DatasetRefusals.InvalidDataset($"The file has no row beneath its header.")
        : DatasetRefusals.InvalidDataset($"The file has no usable row ({report.Rejected} left out). {Describe(report.Problems[0])}");

    private static Sentence Describe(RowProblem problem) => problem.Column.Length == 0
        ? Sentence.Of($"Line {problem.Line}: the row {problem.Problem}.")
        : Sentence.Of($"Line {problem.Line}: {problem.Column} {problem.Problem}.");

    /// <summary>Adds to a report by what the file was read.</summary>
    private static CsvReport Report(Surveyed file, CsvReport report) => report with
    {
        Conversions =
        [
            .. file.Plan.Columns.OfType<PlannedColumn>().Where(c => c.Unit?.ToOwn is not null).Select(c => new ColumnNote(
                $"{c.Column.Name.ToLower(CultureInfo.InvariantCulture)}_{c.Unit!.Code}",
                c.Column.Name,
                Sentence.Of($"The values of {c.Column.Name} were converted from {c.Unit.Name} to {c.Column.Unit}."))),
            .. file.Plan.Columns.OfType<PlannedColumn>().Where(c => c.AmbiguousWord is not null).Select(c => new ColumnNote(
                "only_one_word",
                c.Column.Name,
                Sentence.Of($"The only known word of the column {c.Column.Name} is {c.AmbiguousWord}. In some files it means something else. Here, {c.Column.Name} {c.Column.Outside}."))),
        ],
        Mapping = file.Survey is null ? null : file.Plan.ToMapping(file.Layout, file.Survey),
        HeaderLine = file.Layout.HeaderLine,
    };

    /// <param name="Survey">Null if the columns aren't judged.</param>
    /// <param name="Questions">What isn't certain.</param>
    private sealed record Surveyed(
        CsvLayout Layout, CsvPlan Plan, DecimalComma Comma, ColumnSurvey? Survey, IReadOnlyList<ColumnNote> Questions);

    private sealed class Pass(CsvRows rows, Surveyed file, CsvOptions options, Action<int, ClinicalRow> onRow)
    {
        private static readonly Sentence Mixed = Sentence.Of($"has a decimal comma where other rows have a decimal point");

        private readonly CsvPlan _plan = file.Plan;
        private readonly PlannedColumn[] _columns = [.. file.Plan.Columns.Select(c => c!)];
        private readonly CodedField?[] _codes =
            [.. file.Plan.Columns.Select(c => c!.Unit is null ? new CodedField(c.Coding ?? c.Column.Codings[0]) : null)];

        private readonly List<RowProblem> _problems = [];
        private readonly Dictionary<(string Column, Sentence Problem), int> _kinds = [];
        private readonly double[] _inputs = new double[Schema.Inputs.Count];
        private readonly int[] _byClass = new int[DiabetesClasses.Count];
        private int _rows;
        private int _rejected;
        private bool _rowRejected;

        /// <summary>Whether a row has the header's fields. Ignored ones may be missing, and empty ones may follow.</summary>
        public static bool HasAllFields(CsvHelper.CsvReader row, CsvPlan plan, CsvOptions options)
        {
            var (count, expected) = (row.FieldCount, plan.Headers.Length);
            if (count == expected || options.IsOld)
            {
                return count == expected;
            }

            for (var i = expected; i < count; i++)
            {
                if (!row.IsEmpty(i))
                {
                    return false;
                }
            }

            return count > plan.LastIndex;
        }

        public CsvReport Run(CancellationToken cancellationToken)
        {
            // The header.
            rows.Read();
            while (rows.Read())
            {
                if ((_rows & 1023) == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }

                ReadRow();
            }

            return Report(file, new CsvReport(
                _rows,
                _plan.Headers.Length,
                _rejected,
                _problems,
                Duplicates: 0,
                DiabetesClasses.All.ToDictionary(c => c, c => _byClass[(int)c]))
            {
                ProblemCounts = [.. _kinds.Select(kind => new ProblemCount(kind.Key.Column, kind.Key.Problem, kind.Value))],
            });
        }

        private void ReadRow()
        {
            _rowRejected = false;
            if (!HasAllFields(rows.Reader, _plan, options))
            {
                Reject("", Sentence.Of($"has {rows.Reader.FieldCount:# field|# fields} where the header has {_plan.Headers.Length}"));
                _rejected++;
                return;
            }

            for (var i = 0; i < _inputs.Length; i++)
            {
                _inputs[i] = _codes[i] is { } codes ? ReadCode(_columns[i], codes) : ReadNumber(_columns[i]);
            }

            var label = (DiabetesClass)ReadCode(_columns[^1], _codes[^1]!);
            var reference = _plan.PatientReference < 0 || options.IsOld ? null : ReadReference();
            if (_rowRejected)
            {
                _rejected++;
                return;
            }

            _rows++;
            _byClass[(int)label]++;
            onRow(rows.Line, new ClinicalRow(new LabelledExample(PatientFeatures.From(_inputs), label), reference));
        }

        private double ReadNumber(PlannedColumn planned)
        {
            var (column, unit) = (planned.Column, planned.Unit!);
            var problem = CsvNumber.Parse(
                rows.Reader.GetSpan(planned.Index), file.Comma, unit.HasPercentSign, out var value, out var hasComma);
            if (problem is null && hasComma && planned.MixesDecimalSigns && file.Comma == DecimalComma.WhenCertain)
            {
                problem = Mixed;
            }

            value = unit.ToOwn?.Invoke(value) ?? value;
            if ((problem ?? column.ProblemOf(value)) is { } found)
            {
                Reject(column.Name, found);
            }

            return value;
        }

        private int ReadCode(PlannedColumn planned, CodedField codes)
        {
            if (!codes.TryRead(rows.Reader, planned.Index, out var code))
            {
                Reject(planned.Column.Name, planned.Column.Outside);
                return 0;
            }

            return code;
        }

        private string? ReadReference()
        {
            var text = Encoding.UTF8.GetString(CsvNumber.Unprotected(rows.Reader.GetSpan(_plan.PatientReference))).Trim();
            if (text.Length > ClinicalRow.MaxPatientReference)
            {
                Reject(ColumnNames.PatientReference, Sentence.Of($"has more than {ClinicalRow.MaxPatientReference} characters"));
            }

            return text.Length == 0 ? null : text;
        }

        private void Reject(string column, Sentence problem)
        {
            _rowRejected = true;
            var found = new RowProblem(rows.Line, column, problem);
            if (options.Strict)
            {
                throw DatasetRefusals.InvalidDataset($"{Describe(found)}");
            }

            if (_problems.Count < Dataset.MaxProblems)
            {
                _problems.Add(found);
            }

            if (_kinds.TryGetValue((column, problem), out var count) || _kinds.Count < Dataset.MaxProblemKinds)
            {
                _kinds[(column, problem)] = count + 1;
            }
        }
    }
}
