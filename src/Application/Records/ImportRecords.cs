using MediatR;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Datasets;
using ModelOps.Application.Training;
using ModelOps.Application.Turns;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;

namespace ModelOps.Application.Records;

/// <summary>Adds the usable rows of a CSV to the database's labelled records, all of them or none.</summary>
/// <param name="FileName">Any name: only a safe form of it is kept, for display.</param>
/// <param name="Form">Is called when the content has been read to its end, because parts of a form may follow the file.</param>
public sealed record ImportRecords(string? FileName, Stream Content, Func<UploadForm> Form) : IRequest<ImportAnswer>;

/// <param name="AlreadyKnown">Rows of the file that were among the records or in a dataset before, by inputs and class.</param>
/// <param name="AlreadyInRecords">Those of them that were among the records.</param>
/// <param name="ImportId">Under this id the import can be withdrawn.</param>
public sealed record ImportAnswer(
    bool Success,
    string Message,
    int Created,
    int Rejected,
    IReadOnlyList<RowProblemAnswer> Problems,
    int Duplicates,
    IReadOnlyDictionary<DiabetesClass, int> ClassCounts,
    IReadOnlyList<ColumnNoteAnswer> Warnings,
    IReadOnlyList<ColumnNoteAnswer> Conversions,
    string? Encoding,
    string? Separator,
    int HeaderLine,
    int AlreadyKnown,
    int AlreadyInRecords,
    long ImportId);

internal sealed class ImportRecordsHandler(
    IModelOpsDbContext db,
    StagedImport import,
    IDatasetStore datasets,
    IClinicalCsvReader csv,
    IRowsFiles files,
    KnownRowsCounter knownRows,
    UploadLimits limits,
    TurnLines turns,
    ICurrentUser user)
    : IRequestHandler<ImportRecords, ImportAnswer>
{
    public async Task<ImportAnswer> Handle(ImportRecords request, CancellationToken cancellationToken)
    {
        using var place = turns.Take(Work.Reading, user.Signature());
        await using var staged = await datasets.StageAsync(request.Content, limits.MaxBytes, cancellationToken);

        // The turn begins when the file has arrived, so that a slow client keeps nobody else out.
        await place.StartAsync(cancellationToken);
        var splitKey = await db.SplitKeyAsync(cancellationToken);
        using var collector = files.Collect(splitKey, asGiven: true);
        CsvReport report;
        await using (var content = staged.OpenRead())
        {
            report = csv.Read(
                content,
                request.Form().Options,
                row => collector.Add(row.Example, splitKey.TokenOf(row.PatientReference)),
                cancellationToken);
        }

        using var rows = collector.Complete();
        var known = await knownRows.CountAsync(rows, except: null, cancellationToken);
        var id = await import.RunAsync(DatasetNames.SafeFormOf(request.FileName), user.Signature(), rows, cancellationToken);
        return new ImportAnswer(
            true,
            Texts.Say($"{report.Rows:# record was|# records were} added; rows left out: {report.Rejected}."),
            report.Rows,
            report.Rejected,
            RowProblemAnswer.Of(report.Problems),
            (int)rows.Header.Duplicates,
            report.ClassCounts,
            ColumnNoteAnswer.Of(report.Warnings),
            ColumnNoteAnswer.Of(report.Conversions),
            report.Mapping?.Encoding,
            report.Mapping?.Separator,
            report.HeaderLine,
            known.Rows,
            known.Records,
            id);
    }
}
