using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Tests.Trainer;
using ModelOps.Infrastructure.Tests.Training;
using ModelOps.Infrastructure.Training;
using ModelOps.TestSupport;

namespace ModelOps.Infrastructure.Tests.Networks.CrossfitPle;

/// <summary>crossfit-ple in the trainer process that production starts.</summary>
[Collection(TorchCollection.Name)]
public sealed class CrossfitProcessTests
{
    private static readonly TrainingParameters Parameters = new(Epochs: 1_500, BatchSize: 32, HiddenSize: 16);

    private static readonly TrainerProcess Trainer = new(
        new TrainerCommand(ServiceProcess.Assembly, CheckpointSeconds: 0.02),
        new TrainerLimits(TimeSpan.FromMinutes(10), long.MaxValue),
        NullLogger<TrainerProcess>.Instance);

    [LinuxFact("The trainer process is found through /proc.")]
    public async Task TrainAsync_KilledThreeTimesAndResumed_GivesTheSameWeightsAsAnUndisturbedProcess()
    {
        using var undisturbed = new TrainingFolder(Parameters, architecture: "crossfit-ple");
        using var disturbed = new TrainingFolder(Parameters, architecture: "crossfit-ple");
        var expected = Assert.IsType<TrainingOutcome.Completed>(await Trainer.TrainAsync(undisturbed.Folder, _ => { }, default, default));

        var reached = 0;
        for (var kills = 0; kills < 3; kills++)
        {
            var killed = false;
            var outcome = await Trainer.TrainAsync(
                disturbed.Folder,
                progress =>
                {
                    if (!killed && progress.Epoch > reached && File.Exists(disturbed.Folder.Checkpoint))
                    {
                        (killed, reached) = (true, progress.Epoch);
                        using var process = Process.GetProcessById(Processes.TrainerOf(disturbed.Path));
                        process.Kill();
                    }
                },
                default,
                default);
            Assert.IsType<TrainingOutcome.Crashed>(outcome);
        }

        var first = 0;
        var resumed = Assert.IsType<TrainingOutcome.Completed>(await Trainer.TrainAsync(
            disturbed.Folder, progress => first = first == 0 ? progress.Epoch : first, default, default));

        Assert.True(first > 1, $"began again at epoch {first}");
        Assert.Equal(expected.Result.Summary.WeightsSha256, resumed.Result.Summary.WeightsSha256);
        Assert.Equal(expected.Result.Summary.History, resumed.Result.Summary.History);
        Assert.Equal(expected.Result.Summary.Evaluation.F1Score, resumed.Result.Summary.Evaluation.F1Score);
    }
}
