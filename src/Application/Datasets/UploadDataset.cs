using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Training;
using ModelOps.Application.Turns;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;

namespace ModelOps.Application.Datasets;

/// <param name="MaxBytes">Size limit of one uploaded file.</param>
public sealed record UploadLimits(long MaxBytes);

/// <summary>What is sent beside a file.</summary>
/// <param name="Name">The dataset's name; null for the file's own.</param>
public sealed record UploadForm(CsvOptions Options, string? Name = null);

/// <summary>Stores a CSV file of labelled rows.</summary>
/// <param name="Form">Is called when the content has been read to its end, because parts of a form may follow the file.</param>
public sealed record UploadDataset(string? FileName, Stream Content, Func<UploadForm> Form) : IRequest<DatasetAnswer>;

/// <summary>One error in an uploaded file, in the reader's language.</summary>
/// <param name="Line">Line of the file, counted from 1.</param>
/// <param name="Column">The column's name; empty when the error concerns the whole row.</param>
public sealed record RowProblemAnswer(int Line, string Column, string Problem)
{
    internal static IReadOnlyList<RowProblemAnswer> Of(IReadOnlyList<RowProblem> problems) =>
        [.. problems.Select(p => new RowProblemAnswer(p.Line, p.Column, Texts.Say(p.Problem)))];
}

/// <summary>A remark on a whole column of an uploaded file, in the reader's language.</summary>
public sealed record ColumnNoteAnswer(string Code, string Column, string Detail)
{
    internal static IReadOnlyList<ColumnNoteAnswer> Of(IReadOnlyList<ColumnNote> notes) =>
        [.. notes.Select(n => new ColumnNoteAnswer(n.Code, n.Column, Texts.Say(n.Detail)))];
}

/// <summary>A dataset, and the result of its upload.</summary>
/// <param name="AlreadyKnown">
/// Usable rows, repetitions included, that the service had already in its records or in other datasets; null as the profile.
/// </param>
/// <param name="Profile">Null only if the dataset is of an earlier release and its files are gone.</param>
public sealed record DatasetAnswer(
    bool Success,
    string Message,
    string Filename,
    int Rows,
    int Columns,
    int Rejected,
    IReadOnlyList<RowProblemAnswer> Problems,
    int Duplicates,
    IReadOnlyDictionary<DiabetesClass, int> ClassCounts,
    string Sha256,
    DateTime UploadedAt,
    string UploadedBy,
    IReadOnlyList<ColumnNoteAnswer> Warnings,
    IReadOnlyList<ColumnNoteAnswer> Conversions,
    string? Encoding,
    string? Separator,
    int HeaderLine,
    int? AlreadyKnown,
    string? Description,
    DataProfile? Profile)
{
    internal static DatasetAnswer Of(Dataset d, ICurrentUser user) => new(
        true,
        Texts.Say(d.Report.Rejected == 0
            ? $"{d.Report.Rows:# row is|# rows are} usable."
            : (FormattableString)$"{d.Report.Rows:# row is|# rows are} usable; left out: {d.Report.Rejected}."),
        d.Name,
        d.Report.Rows,
        d.Report.Columns,
        d.Report.Rejected,
        RowProblemAnswer.Of(d.Report.Problems),
        d.Report.Duplicates,
        d.Report.ClassCounts,
        d.Sha256,
        d.UploadedAt,
        d.UploadedBy,
        ColumnNoteAnswer.Of(d.Report.Warnings),
        ColumnNoteAnswer.Of(d.Report.Conversions),
        d.Report.Mapping?.Encoding,
        d.Report.Mapping?.Separator,
        d.Report.HeaderLine,
        d.Profile?.AlreadyKnown?.Rows,
        d.Description,
        user.MayReadRows() ? d.Profile : d.Profile?.WithoutValues());
}

internal sealed class UploadDatasetHandler(
    IModelOpsDbContext db,
    IDatasetStore datasets,
    IClinicalCsvReader csv,
    IRowsFiles files,
    UploadLimits limits,
    DatasetProfiles profiles,
    TurnLines turns,
    ICurrentUser user)
    : IRequestHandler<UploadDataset, DatasetAnswer>
{
    public async Task<DatasetAnswer> Handle(UploadDataset request, CancellationToken cancellationToken)
    {
        using var place = turns.Take(Work.Reading, user.Signature());
        await using var staged = await datasets.StageAsync(request.Content, limits.MaxBytes, cancellationToken);
        var form = request.Form();
        var name = form.Name ?? request.FileName;
        if (!Dataset.IsValidName(name))
        {
            throw DatasetRefusals.InvalidName();
        }

        var key = Dataset.KeyOf(name);
        if (await db.Datasets.AnyAsync(d => d.NameKey == key, cancellationToken))
        {
            throw DatasetRefusals.Exists(name);
        }

        // The turn begins when the file has arrived, so that a slow client keeps nobody else out.
        await place.StartAsync(cancellationToken);
        var splitKey = await db.SplitKeyAsync(cancellationToken);
        using var collector = files.Collect(splitKey);
        CsvReport report;
        await using (var content = staged.OpenRead())
        {
            report = csv.Read(
                content, form.Options, row => collector.Add(row.Example, splitKey.TokenOf(row.PatientReference)), cancellationToken);
        }

        using var rows = collector.Complete();
        report = report with { Duplicates = (int)rows.Header.Duplicates };
        var profile = await profiles.MakeAsync(rows, dataset: null, cancellationToken);
        var now = await db.UtcNowAsync(cancellationToken);
        try
        {
            // Move the file before the commit: after a crash in between, the sweep deletes the file without a row.
            var kept = await db.InTransactionAsync(
                async cancel =>
                {
                    var dataset = Dataset.Create(name, report, profile, staged.Bytes, staged.Sha256, user.Signature(), now);
                    db.Datasets.Add(dataset);
                    await db.SaveChangesAsync(cancel);
                    datasets.Keep(report.HasPatientReferences ? null : staged, rows, dataset.Id, name);
                    return dataset;
                },
                cancellationToken);
            return DatasetAnswer.Of(kept, user);
        }
        catch (DbUpdateException exception) when (db.IsUniqueViolation(exception))
        {
            throw DatasetRefusals.Exists(name);
        }
    }
}
