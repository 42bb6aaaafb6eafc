using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Turns;
using ModelOps.Domain;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Versions;

/// <summary>Compares two versions on the same rows, none of which either version was trained on.</summary>
/// <param name="Baseline">The version in service when null.</param>
public sealed record CompareVersions(string? Baseline, string Candidate) : IRequest<ComparisonAnswer>, ITakesTurns
{
    Work ITakesTurns.Work => Work.Comparison;
}

/// <inheritdoc cref="ModelComparison"/>
/// <param name="SameRows">Always true; stated explicitly for clients.</param>
public sealed record ComparisonAnswer(
    string Baseline,
    string Candidate,
    int Rows,
    bool SameRows,
    ComparisonTable Table,
    double PValue,
    double MidP,
    MetricDelta DeltaMacroF1,
    IReadOnlyList<IReadOnlyList<int>> ClassChanges,
    IReadOnlyDictionary<DiabetesClass, double?> RecallChange,
    ComparisonVerdict Verdict,
    bool SuggestActivation,
    int? RowsNeeded,
    MetricDelta? DeltaLogLoss,
    ComparedFigures? Figures,
    IReadOnlyList<SubgroupComparison>? Subgroups,
    double? SignificanceLevel,
    int? EarlierLooks,
    bool FewRows)
{
    internal static ComparisonAnswer Of(VersionComparison comparison) => new(
        Baseline: comparison.Baseline,
        Candidate: comparison.Candidate,
        Rows: comparison.Result.Rows,
        SameRows: true,
        Table: comparison.Result.Table,
        PValue: comparison.Result.PValue,
        MidP: comparison.Result.MidP,
        DeltaMacroF1: comparison.Result.DeltaMacroF1,
        ClassChanges: comparison.Result.ClassChanges,
        RecallChange: comparison.Result.RecallChange,
        Verdict: comparison.Result.Verdict,
        SuggestActivation: comparison.Result.SuggestActivation,
        RowsNeeded: comparison.Result.RowsNeeded,
        DeltaLogLoss: comparison.Result.DeltaLogLoss,
        Figures: comparison.Result.Figures,
        Subgroups: comparison.Result.Subgroups,
        SignificanceLevel: comparison.Result.SignificanceLevel,
        EarlierLooks: comparison.Result.EarlierLooks,
        FewRows: comparison.Result.FewRows);
}

internal sealed class CompareVersionsValidator : AbstractValidator<CompareVersions>
{
    public CompareVersionsValidator()
    {
        RuleFor(r => r.Candidate).CouldBeAVersion();
        RuleFor(r => r.Baseline).CouldBeAVersion().When(r => r.Baseline is not null);
    }
}

internal sealed class CompareVersionsHandler(IModelOpsDbContext db, VersionComparer comparer)
    : IRequestHandler<CompareVersions, ComparisonAnswer>
{
    public async Task<ComparisonAnswer> Handle(CompareVersions request, CancellationToken cancellationToken)
    {
        var candidate = await FindAsync(request.Candidate, cancellationToken);
        var baseline = request.Baseline is { } name
            ? await FindAsync(name, cancellationToken)
            : await db.ActiveModels.AsNoTracking().Select(a => a.Version).SingleOrDefaultAsync(cancellationToken)
                ?? throw VersionRefusals.NoActiveModel(RefusalKind.NotFound);
        return baseline.Name == candidate.Name
            ? throw VersionRefusals.VersionsAreEqual()
            : ComparisonAnswer.Of(await comparer.CompareAsync(baseline, candidate, cancellationToken));
    }

    private async Task<ModelVersion> FindAsync(string name, CancellationToken cancellationToken) =>
        await db.Versions.AsNoTracking().SingleOrDefaultAsync(v => v.Name == name, cancellationToken)
        ?? throw VersionRefusals.VersionNotFound();
}
