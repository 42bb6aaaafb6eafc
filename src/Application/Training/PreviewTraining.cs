using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Data;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

/// <summary>What a training on these rows would come to, before anybody starts it. Refuses what <see cref="RetrainModel"/> would refuse of the rows.</summary>
public sealed record PreviewTraining(bool UseDatabase, string? DatasetName) : IRequest<TrainingPreview>;

/// <param name="Rows">Rows read, duplicates included.</param>
/// <param name="BalancedRows">Rows of one epoch: every class of the training side drawn up to the largest one.</param>
/// <param name="SecondsPerStep">Median time of one batch in the latest trainings; null before the first.</param>
public sealed record TrainingPreview(int Rows, SplitCounts Split, int BalancedRows, double? SecondsPerStep)
{
    /// <summary>Seconds that a training will about take; null while there is no experience.</summary>
    public double? ExpectedSeconds(int epochs, int batchSize) => SecondsPerStep * epochs * StepsPerEpoch(BalancedRows, batchSize);

    internal static double StepsPerEpoch(int balancedRows, int batchSize) => Math.Max(1, Math.Ceiling((double)balancedRows / batchSize));
}

internal sealed class PreviewTrainingValidator : AbstractValidator<PreviewTraining>
{
    public PreviewTrainingValidator()
    {
        RuleFor(r => r.DatasetName).NamesTheData(r => r.UseDatabase);
    }
}

internal sealed class PreviewTrainingHandler(IModelOpsDbContext db, TrainingData data) : IRequestHandler<PreviewTraining, TrainingPreview>
{
    /// <summary>How many trainings the expected time is learned from; older ones may be of another machine.</summary>
    private const int Experience = 20;

    public async Task<TrainingPreview> Handle(PreviewTraining request, CancellationToken cancellationToken)
    {
        var rows = await data.LoadAsync(new DataSelection(request.UseDatabase, request.DatasetName), cancellationToken);
        var split = SplitCounts.Of(DataSplit.Create(rows, await data.SplitKeyAsync(cancellationToken)));
        return new TrainingPreview(rows.Count, split, Balanced(split), await SecondsPerStepAsync(cancellationToken));
    }

    private async Task<double?> SecondsPerStepAsync(CancellationToken cancellationToken)
    {
        var latest = await db.Versions.AsNoTracking()
            .OrderByDescending(v => v.Id)
            .Take(Experience)
            .Select(v => new { v.TrainingTime, v.Specification, v.Summary })
            .ToListAsync(cancellationToken);
        var times = latest
            .Select(v => v.TrainingTime / v.Specification.Parameters.Epochs
                / TrainingPreview.StepsPerEpoch(Balanced(v.Summary.Rows), v.Specification.Parameters.BatchSize))
            .Order()
            .ToArray();
        return times.Length == 0 ? null : times[times.Length / 2];
    }

    private static int Balanced(SplitCounts split) =>
        split.Training.Values.Count(n => n > 0) * split.Training.Values.DefaultIfEmpty().Max();
}
