using System.Text.Json.Serialization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Turns;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;

namespace ModelOps.Application.Datasets;

/// <summary>Says how a CSV file would be read, and keeps nothing of it.</summary>
/// <param name="Form">Is called when the content has been read to its end, because parts of a form may follow the file.</param>
public sealed record PreviewCsv(string? FileName, Stream Content, Func<UploadForm> Form) : IRequest<CsvPreviewAnswer>;

/// <param name="Separator">One character.</param>
/// <param name="DecimalSign">The decimal sign: a comma or a point.</param>
/// <param name="HeaderLine">The line of the header, counted from 1.</param>
/// <param name="Mapping">Complete but for columns that weren't found. A caller may send it back as it is, or changed.</param>
/// <param name="Rows">The first usable rows.</param>
/// <param name="Usable">How many rows would be kept.</param>
/// <param name="Rejected">How many rows would be left out.</param>
/// <param name="Problems">The first errors in rows.</param>
/// <param name="Questions">What a mapping must answer before any row is kept. Empty if an upload of the file would succeed.</param>
/// <param name="Distinct">The first words of each coded column.</param>
/// <param name="MatchingMappings">The newest saved mappings for files with the same headers.</param>
/// <param name="ProposedName">An allowed, free name for the dataset; null if the file's own name is.</param>
public sealed record CsvPreviewAnswer(
    string Separator,
    string Encoding,
    [property: JsonPropertyName("decimal")] string DecimalSign,
    int HeaderLine,
    IReadOnlyList<string> Headers,
    CsvMapping Mapping,
    IReadOnlyList<CsvPreviewRow> Rows,
    int Usable,
    int Rejected,
    IReadOnlyList<RowProblemAnswer> Problems,
    IReadOnlyList<CsvWarning> Warnings,
    IReadOnlyList<ColumnNoteAnswer> Questions,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Distinct,
    string? ProposedName,
    IReadOnlyList<SavedMappingAnswer> MatchingMappings);

/// <param name="Line">Line of the file, counted from 1.</param>
/// <param name="PatientRef">The patient's reference as the file has it; null where the file has none.</param>
public sealed record CsvPreviewRow(int Line, double HbA1c, double Age, double Bmi, Gender Gender, DiabetesClass Class, string? PatientRef)
{
    internal static CsvPreviewRow Of(PreviewedRow row)
    {
        var (features, label) = row.Row.Example;
        return new CsvPreviewRow(
            row.Line, features.HbA1c, features.Age, features.Bmi, features.Gender, label, row.Row.PatientReference);
    }
}

/// <param name="Confirm">Whether the file is kept only if the upload confirms the code. Otherwise, the warning is a remark.</param>
public sealed record CsvWarning(string Code, string Column, string Detail, bool Confirm)
{
    internal static IEnumerable<CsvWarning> Of(IReadOnlyList<ColumnNote> notes, bool confirm) =>
        ColumnNoteAnswer.Of(notes).Select(n => new CsvWarning(n.Code, n.Column, n.Detail, confirm));
}

internal sealed class PreviewCsvHandler(
    IModelOpsDbContext db, IDatasetStore datasets, IClinicalCsvReader csv, UploadLimits limits, TurnLines turns, ICurrentUser user)
    : IRequestHandler<PreviewCsv, CsvPreviewAnswer>
{
    private const int MaxMatching = 20;

    public async Task<CsvPreviewAnswer> Handle(PreviewCsv request, CancellationToken cancellationToken)
    {
        using var place = turns.Take(Work.Reading, user.Signature());
        await using var staged = await datasets.StageAsync(request.Content, limits.MaxBytes, cancellationToken);

        // The turn begins when the file has arrived, so that a slow client keeps nobody else out.
        await place.StartAsync(cancellationToken);
        await using var content = staged.OpenRead();
        var preview = csv.Preview(content, request.Form().Options.Mapping, cancellationToken);
        var (report, mapping) = (preview.Report, preview.Report.Mapping!);
        return new CsvPreviewAnswer(
            mapping.Separator!,
            mapping.Encoding!,
            preview.DecimalSign,
            report.HeaderLine,
            preview.Headers,
            mapping,
            [.. preview.Rows.Select(CsvPreviewRow.Of)],
            report.Rows,
            report.Rejected,
            RowProblemAnswer.Of(report.Problems),
            [.. CsvWarning.Of(preview.Warnings, confirm: true), .. CsvWarning.Of(report.Conversions, confirm: false)],
            ColumnNoteAnswer.Of(preview.Questions),
            preview.Distinct,
            await db.ProposeAsync(request.FileName, cancellationToken),
            await MatchingAsync(preview.Headers, cancellationToken));
    }

    private async Task<IReadOnlyList<SavedMappingAnswer>> MatchingAsync(IReadOnlyList<string> headers, CancellationToken cancellationToken)
    {
        var hash = SavedMapping.HashOf(headers);
        var found = await db.Mappings.AsNoTracking().Where(m => m.HeadersSha256 == hash).OrderByDescending(m => m.SavedAt).Take(MaxMatching)
            .ToListAsync(cancellationToken);
        return [.. found.Select(SavedMappingAnswer.Of)];
    }
}
