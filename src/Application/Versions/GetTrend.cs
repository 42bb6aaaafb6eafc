using System.Collections.Concurrent;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Turns;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Versions;

/// <summary>The newest versions with the figures that show how they developed.</summary>
public sealed record GetTrend : IRequest<Trend>, ITakesTurns
{
    /// <summary>Number of versions in an answer. Each one's whole report is read, once in a process.</summary>
    public const int MaxVersions = 200;

    Work ITakesTurns.Work => Work.Batch;
}

/// <param name="Versions">The oldest first.</param>
/// <param name="All">Number of stored versions, also those that the answer leaves out.</param>
public sealed record Trend(IReadOnlyList<TrendVersion> Versions, int All);

/// <summary>
/// One version of a trend. The figures are of the patients that judged it, so those of two versions may be of different patients.
/// </summary>
/// <param name="RuleF1">Macro F1 of the best rule without learning on the same patients.</param>
/// <param name="Rows">Number of rows that the version was trained from.</param>
/// <param name="Activations">When it was put in service, the first time first.</param>
public sealed record TrendVersion(
    string Version,
    DateTime CreatedAt,
    double F1Score,
    ConfidenceInterval F1Interval,
    MissedDiabetes MissedDiabetes,
    double RuleF1,
    int Rows,
    bool IsActive,
    IReadOnlyList<DateTime> Activations)
{
    public bool BeatsRule => F1Score > RuleF1;
}

/// <summary>
/// What a trend shows of each version's report. A report is some 20 kB of JSON and never changes, so each one is read once in a process.
/// </summary>
internal sealed class TrendPoints
{
    private readonly ConcurrentDictionary<(long Id, string Name), TrendPoint> _known = new();

    public TrendPoint? Find(long id, string name) => _known.GetValueOrDefault((id, name));

    public void Add(long id, string name, TrainingSummary summary) => _known[(id, name)] = new TrendPoint(
        summary.Evaluation.F1Score,
        summary.Evaluation.ConfidenceIntervals.F1Score,
        summary.Evaluation.MissedDiabetes,
        summary.Evaluation.Baselines.Max(b => b.F1Score),
        summary.DataRows);

    /// <summary>Forgets deleted versions and those that are too old for a trend.</summary>
    public void KeepOnly(IEnumerable<(long Id, string Name)> versions)
    {
        foreach (var gone in _known.Keys.Except(versions))
        {
            _known.TryRemove(gone, out _);
        }
    }
}

internal sealed record TrendPoint(double F1Score, ConfidenceInterval F1Interval, MissedDiabetes MissedDiabetes, double RuleF1, int Rows);

internal sealed class GetTrendHandler(IModelOpsDbContext db, TrendPoints points) : IRequestHandler<GetTrend, Trend>
{
    public async Task<Trend> Handle(GetTrend request, CancellationToken cancellationToken)
    {
        var active = await db.ActiveModels.AsNoTracking().Select(a => a.Version.Name).SingleOrDefaultAsync(cancellationToken);
        var all = await db.Versions.CountAsync(cancellationToken);
        var newest = await db.Versions.AsNoTracking()
            .OrderByDescending(v => v.Id)
            .Take(GetTrend.MaxVersions)
            .Select(v => new { v.Id, v.Name, v.CreatedAt })
            .ToListAsync(cancellationToken);
        await ReadAsync([.. newest.Where(v => points.Find(v.Id, v.Name) is null).Select(v => v.Id)], cancellationToken);
        var names = newest.ConvertAll(v => v.Name);
        var activations = (await db.Activations.AsNoTracking()
            .Where(a => names.Contains(a.To))
            .OrderBy(a => a.ActivationNumber)
            .Select(a => new { a.To, a.At })
            .ToListAsync(cancellationToken)).ToLookup(a => a.To, a => a.At, StringComparer.Ordinal);
        newest.Reverse();
        List<TrendVersion> versions = [];
        foreach (var version in newest)
        {
            // A version without figures was deleted since it was listed.
            if (points.Find(version.Id, version.Name) is { } its)
            {
                versions.Add(new TrendVersion(
                    version.Name, version.CreatedAt, its.F1Score, its.F1Interval, its.MissedDiabetes, its.RuleF1, its.Rows,
                    version.Name == active, [.. activations[version.Name]]));
            }
        }

        points.KeepOnly(newest.Select(v => (v.Id, v.Name)));
        return new Trend(versions, all);
    }

    private async Task ReadAsync(List<long> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
        {
            return;
        }

        var unknown = db.Versions.AsNoTracking().Where(v => ids.Contains(v.Id)).Select(v => new { v.Id, v.Name, v.Summary });
        await foreach (var version in unknown.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            points.Add(version.Id, version.Name, version.Summary);
        }
    }
}
