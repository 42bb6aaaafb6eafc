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
    /// <summary>Number of versions in an answer. Each one's whole report is read for it.</summary>
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

internal sealed class GetTrendHandler(IModelOpsDbContext db) : IRequestHandler<GetTrend, Trend>
{
    public async Task<Trend> Handle(GetTrend request, CancellationToken cancellationToken)
    {
        var active = await db.ActiveModels.AsNoTracking().Select(a => a.Version.Name).SingleOrDefaultAsync(cancellationToken);
        var all = await db.Versions.CountAsync(cancellationToken);
        List<(string Name, DateTime CreatedAt, EvaluationReport Report, int Rows)> found = [];
        var newest = db.Versions.AsNoTracking()
            .OrderByDescending(v => v.Id)
            .Take(GetTrend.MaxVersions)
            .Select(v => new { v.Name, v.CreatedAt, v.Summary });
        await foreach (var version in newest.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            // Only the few figures are kept, because a summary is large.
            found.Add((version.Name, version.CreatedAt, version.Summary.Evaluation, version.Summary.DataRows));
        }

        var names = found.ConvertAll(v => v.Name);
        var activations = (await db.Activations.AsNoTracking()
            .Where(a => names.Contains(a.To))
            .OrderBy(a => a.ActivationNumber)
            .Select(a => new { a.To, a.At })
            .ToListAsync(cancellationToken)).ToLookup(a => a.To, a => a.At, StringComparer.Ordinal);
        found.Reverse();
        return new Trend(
            [
                .. found.Select(v => new TrendVersion(
                    v.Name,
                    v.CreatedAt,
                    v.Report.F1Score,
                    v.Report.ConfidenceIntervals.F1Score,
                    v.Report.MissedDiabetes,
                    v.Report.Baselines.Max(b => b.F1Score),
                    v.Rows,
                    v.Name == active,
                    [.. activations[v.Name]])),
            ],
            all);
    }
}
