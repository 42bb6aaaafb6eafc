using System.Globalization;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Features;
using ModelOps.Domain.Records;

namespace ModelOps.Application.Records;

/// <summary>Lists the labelled records, newest first.</summary>
/// <param name="Class">Only records with this class; <c>N</c>, <c>P</c>, <c>Y</c> or the full name.</param>
/// <param name="Source"><c>registered</c>, <c>imported</c>, <c>lab</c> or <c>clinician</c>.</param>
/// <param name="Import">Only the records of this import.</param>
/// <param name="From">Only records created at this time or later; ISO 8601, UTC unless it says otherwise.</param>
/// <param name="To">Only records created before this time.</param>
public sealed record ListRecords(string? Class, string? Source, long? Import, string? From, string? To, PageRequest Page)
    : IRequest<RecordList>;

/// <summary>A labelled record.</summary>
/// <param name="CorrectedAt">When its class was corrected last; null if never.</param>
public record RecordItem(
    long Id,
    double HbA1c,
    double Age,
    double Bmi,
    Gender Gender,
    DiabetesClass Class,
    LabelSource Source,
    DateTime CreatedAt,
    string CreatedBy,
    long? ImportId,
    Guid? PredictionId,
    DateTime? CorrectedAt,
    string? CorrectedBy)
{
    /// <summary>Excludes the patient's values, as <see cref="Predictions.PatientInput.ToString"/>.</summary>
    public sealed override string ToString() => nameof(RecordItem);
}

public sealed record RecordList(IReadOnlyList<RecordItem> Records, string? NextCursor);

internal sealed class ListRecordsValidator : AbstractValidator<ListRecords>
{
    public ListRecordsValidator()
    {
        RuleFor(r => r.Class).Must(c => c is null || DiabetesClasses.TryParse(c, out _))
            .WithMessage(_ => Texts.Say(FeatureSchema.Current.Label.Outside));
        RuleFor(r => r.Source).Must(s => s is null || ListRecordsHandler.Sources.ContainsKey(s))
            .WithMessage(_ => Texts.Say($"must be one of {string.Join(", ", ListRecordsHandler.Sources.Keys)}"));
        RuleFor(r => r.From).Must(IsTime).WithMessage(_ => Texts.Say($"must be a time such as 2026-01-31T12:00:00Z"));
        RuleFor(r => r.To).Must(IsTime).WithMessage(_ => Texts.Say($"must be a time such as 2026-01-31T12:00:00Z"));
    }

    private static bool IsTime(string? text) => text is null || ListRecordsHandler.TryParseTime(text, out _);
}

internal sealed class ListRecordsHandler(IModelOpsDbContext db) : IRequestHandler<ListRecords, RecordList>
{
    public static IReadOnlyDictionary<string, LabelSource> Sources { get; } =
        Enum.GetValues<LabelSource>().ToDictionary(source => WireNames.Of(source.ToString()));

    public static bool TryParseTime(string text, out DateTime time) => DateTime.TryParse(
        text,
        CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
        out time);

    public async Task<RecordList> Handle(ListRecords request, CancellationToken cancellationToken)
    {
        var records = db.Records.AsNoTracking();
        if (request.Class is { } name)
        {
            var wanted = DiabetesClasses.Parse(name);
            records = records.Where(r => r.Class == wanted);
        }

        if (request.Import is { } import)
        {
            records = records.Where(r => r.ImportId == import);
        }

        if (request.Source is { } source)
        {
            // All records of an import have one source: without this, the database would look for another one in each of them.
            var wanted = Sources[source];
            records = request.Import is null ? records.Where(r => r.Source == wanted)
                : wanted == LabelSource.Imported ? records : records.Where(r => false);
        }

        if (request.From is { } from && TryParseTime(from, out var first))
        {
            records = records.Where(r => r.CreatedAt >= first);
        }

        if (request.To is { } to && TryParseTime(to, out var end))
        {
            records = records.Where(r => r.CreatedAt < end);
        }

        // Times are a range of their own index, so with them a page is cut in its order: records of an import have one time.
        var hasTimes = request.From is not null || request.To is not null;
        var found = await (hasTimes ? CutByTime(records, request.Page) : CutById(records, request.Page))
            .Select(r => new RecordItem(
                r.Id,
                r.HbA1c,
                r.Age,
                r.Bmi,
                r.Gender,
                r.Class,
                r.Source,
                r.CreatedAt,
                r.CreatedBy,
                r.ImportId,
                r.PredictionId,
                db.Corrections.Where(c => c.RecordId == r.Id).OrderByDescending(c => c.Id)
                    .Select(c => (DateTime?)c.CorrectedAt).FirstOrDefault(),
                db.Corrections.Where(c => c.RecordId == r.Id).OrderByDescending(c => c.Id).Select(c => c.CorrectedBy).FirstOrDefault()))
            .ToListAsync(cancellationToken);
        var page = request.Page.Cut(
            found,
            r => hasTimes ? string.Create(CultureInfo.InvariantCulture, $"{r.CreatedAt.Ticks} {r.Id}")
                : r.Id.ToString(CultureInfo.InvariantCulture));
        return new RecordList(page.Items, page.NextCursor);
    }

    private static IQueryable<LabelledRecord> CutById(IQueryable<LabelledRecord> records, PageRequest page)
    {
        var before = page.AfterNumber() ?? long.MaxValue;
        return records.Where(r => r.Id < before).OrderByDescending(r => r.Id).Take(page.Fetch);
    }

    private static IQueryable<LabelledRecord> CutByTime(IQueryable<LabelledRecord> records, PageRequest page)
    {
        if (page.AfterText() is { } cursor)
        {
            var (last, before) = Read(cursor);

            // The first condition is the index's range; PostgreSQL makes no range of the second.
            records = records.Where(r => r.CreatedAt <= last && (r.CreatedAt < last || r.Id < before));
        }

        return records.OrderByDescending(r => r.CreatedAt).ThenByDescending(r => r.Id).Take(page.Fetch);
    }

    private static (DateTime Time, long Id) Read(string cursor) =>
        cursor.Split(' ') is [var time, var id]
        && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTime.MaxValue.Ticks
        && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var key)
            ? (new DateTime(ticks, DateTimeKind.Utc), key) : throw PageRequest.BadCursor();
}
