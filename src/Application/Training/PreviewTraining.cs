using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Turns;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

/// <summary>
/// Estimates the size and duration of a training on the selected rows. Refuses the same selections of rows as <see cref="RetrainModel"/>.
/// </summary>
public sealed record PreviewTraining(bool UseDatabase, string? DatasetName) : IRequest<TrainingPreview>, ITakesTurns
{
    Work ITakesTurns.Work => Work.Batch;
}

/// <param name="Rows">Rows, duplicates included.</param>
/// <param name="ByClass">Rows of each class.</param>
/// <param name="SecondsPerStep">Median time of a step of one batch of rows in the latest trainings of the default network; null before the
/// first.</param>
/// <param name="ReadsSource">Whether the hospital's own table is read as well. Its rows aren't counted before the training.</param>
public sealed record TrainingPreview(
    int Rows, IReadOnlyDictionary<DiabetesClass, long> ByClass, double? SecondsPerStep, bool ReadsSource)
{
    /// <summary>Estimated duration of a training in seconds; null without earlier trainings.</summary>
    public double? ExpectedSeconds(int epochs, int batchSize) => SecondsPerStep * epochs * StepsPerEpoch(Rows, batchSize);

    internal static double StepsPerEpoch(int rows, int batchSize) => Math.Max(1, Math.Ceiling((double)rows / batchSize));
}

internal sealed class PreviewTrainingValidator : AbstractValidator<PreviewTraining>
{
    public PreviewTrainingValidator()
    {
        RuleFor(r => r.DatasetName).NamesTheData(r => r.UseDatabase);
    }
}

internal sealed class PreviewTrainingHandler(IModelOpsDbContext db, TrainingData data, ITrainableNetworks networks)
    : IRequestHandler<PreviewTraining, TrainingPreview>
{
    /// <summary>Number of recent trainings used for the estimate. Older ones may have run on a different machine.</summary>
    private const int Experience = 20;

    public async Task<TrainingPreview> Handle(PreviewTraining request, CancellationToken cancellationToken)
    {
        var selection = await data.SelectAsync(request.UseDatabase, request.DatasetName, cancellationToken);
        var overview = await data.InspectAsync(selection, cancellationToken);
        return new TrainingPreview(overview.Rows, overview.ByClass, await SecondsPerStepAsync(cancellationToken), overview.ReadsSource);
    }

    private async Task<double?> SecondsPerStepAsync(CancellationToken cancellationToken)
    {
        var latest = await db.Versions.AsNoTracking()
            .OrderByDescending(v => v.Id)
            .Take(Experience)
            .Select(v => new { v.TrainingTime, v.Specification, v.TrainingSamples })
            .ToListAsync(cancellationToken);
        var times = latest
            .Where(v => v.Specification.Architecture == networks.Default)
            .Select(v => v.TrainingTime / v.Specification.Parameters.Epochs
                / TrainingPreview.StepsPerEpoch(v.TrainingSamples, v.Specification.Parameters.BatchSize))
            .Order()
            .ToArray();
        return times.Length == 0 ? null : times[times.Length / 2];
    }
}
