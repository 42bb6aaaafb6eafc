using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using ModelOps.Application.Abstractions;
using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;
using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Networks.MlpBn;
using ModelOps.Infrastructure.Tests.Trainer;
using ModelOps.Infrastructure.Training;
using ModelOps.TestSupport;
using Xunit.Abstractions;

namespace ModelOps.Infrastructure.Tests.Training;

/// <summary>The trainer as the process that it is in production.</summary>
[Collection(TorchCollection.Name)]
public sealed class TrainerProcessTests(TrainerProcessTests.Undisturbed undisturbed, ITestOutputHelper output)
    : IClassFixture<TrainerProcessTests.Undisturbed>
{
    /// <summary>Long enough for several checkpoints to come before the end.</summary>
    private static readonly TrainingParameters Long = new(Epochs: TrainingParameters.MaxEpochs, HiddenSize: 16);

    private static readonly TrainerProcess Trainer = new(
        new TrainerCommand(ServiceProcess.Assembly, CheckpointSeconds: 0.5), new TrainerLimits(TimeSpan.FromMinutes(10), long.MaxValue),
            NullLogger<TrainerProcess>.Instance);

    [Fact]
    public async Task TrainAsync_WhenUndisturbed_LeavesAWholeVersion()
    {
        using var folder = new TrainingFolder(new TrainingParameters(Epochs: 30));
        using var inThisProcess = new TrainingFolder(new TrainingParameters(Epochs: 30));

        var completed = Assert.IsType<TrainingOutcome.Completed>(await TrainAsync(folder));

        Assert.Equal(inThisProcess.Train().WeightsSha256, completed.Result.Summary.WeightsSha256);
        Assert.Equal(
            [GoldenRows.FileName, "model.safetensors", ModelVersion.RowsFile, ScalerFile.Name],
            Directory.GetFiles(completed.OutputFolder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task TrainAsync_WhileItTrains_ReportsAscendingEpochs()
    {
        using var folder = new TrainingFolder(new TrainingParameters(Epochs: 3_000, HiddenSize: 8));
        var reports = new List<TrainingProgress>();

        await TrainAsync(folder, reports.Add);

        Assert.True(reports.Count >= 2, $"{reports.Count} reports");
        Assert.Equal(reports.Select(r => r.Epoch).Distinct().Order(), reports.Select(r => r.Epoch));
        Assert.Equal(1, reports[0].Epoch);
        Assert.Equal(3_000, reports[^1].Epoch);
        Assert.All(reports, r => Assert.Equal((3_000, r.Epoch), (r.Epochs, r.History[^1].Epoch)));
        Assert.All(reports, r => Assert.True(r.Loss > 0 && r.ElapsedSeconds > 0 && r.History.Count <= TrainingHistory.MaxPoints));
    }

    [Fact]
    public async Task TrainAsync_WhenCancelled_EndsWithinTwoSeconds()
    {
        // The quickest of three, because other tests take the processor at times.
        List<TimeSpan> took = [];
        while (took.Count < 3 && took.DefaultIfEmpty(TimeSpan.MaxValue).Min() > TimeSpan.FromSeconds(2))
        {
            took.Add(await CancelAsync());
        }

        Assert.InRange(took.Min(), TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    private static async Task<TimeSpan> CancelAsync()
    {
        using var folder = new TrainingFolder(Long);
        using var cancel = new CancellationTokenSource();
        var since = new Stopwatch();

        var outcome = await TrainAsync(
            folder,
            _ =>
            {
                since.Start();
                cancel.Cancel();
            },
            cancel: cancel.Token);

        Assert.IsType<TrainingOutcome.Cancelled>(outcome);
        return since.Elapsed;
    }

    [Fact]
    public async Task TrainAsync_WhenCancelledBeforeItBegins_MakesNoVersion()
    {
        using var folder = new TrainingFolder(Long);

        Assert.IsType<TrainingOutcome.Cancelled>(await TrainAsync(folder, cancel: new CancellationToken(canceled: true)));
        Assert.False(Directory.Exists(folder.Folder.Output));
    }

    [Fact]
    public async Task TrainAsync_WhenStoppedAndRunAgain_ResumesToTheSameWeights()
    {
        using var folder = new TrainingFolder(Long);
        using var stop = new CancellationTokenSource();
        var reached = 0;

        var stopped = await TrainAsync(
            folder,
            progress =>
            {
                reached = progress.Epoch;
                if (File.Exists(folder.Folder.Checkpoint))
                {
                    stop.Cancel();
                }
            },
            stop: stop.Token);
        var firstEpoch = 0;
        var resumed = await TrainAsync(folder, progress => firstEpoch = firstEpoch == 0 ? progress.Epoch : firstEpoch);

        Assert.IsType<TrainingOutcome.Stopped>(stopped);
        Assert.InRange(firstEpoch, 2, reached + 1);
        Assert.Equal(await undisturbed.HashAsync(), Assert.IsType<TrainingOutcome.Completed>(resumed).Result.Summary.WeightsSha256);
    }

    [LinuxFact("The trainer\'s process is found through /proc.")]
    public async Task TrainAsync_WhenTheTrainerIsKilledAndRunAgain_ResumesToTheSameWeights()
    {
        using var folder = new TrainingFolder(Long);
        var killed = 0;

        var crashed = await TrainAsync(
            folder,
            _ =>
            {
                if (killed == 0 && File.Exists(folder.Folder.Checkpoint))
                {
                    killed = Processes.TrainerOf(folder.Path);
                    using var process = Process.GetProcessById(killed);
                    process.Kill();
                }
            });
        var firstEpoch = 0;
        var resumed = await TrainAsync(folder, progress => firstEpoch = firstEpoch == 0 ? progress.Epoch : firstEpoch);

        Assert.NotEqual(0, killed);
        Assert.Equal(128 + 9, Assert.IsType<TrainingOutcome.Crashed>(crashed).ExitCode);
        Assert.True(firstEpoch > 1, $"began again at epoch {firstEpoch}");
        Assert.Equal(await undisturbed.HashAsync(), Assert.IsType<TrainingOutcome.Completed>(resumed).Result.Summary.WeightsSha256);
    }

    [LinuxFact("The trainer\'s process is found through /proc.")]
    public async Task TrainAsync_WhenKilledAtTenRandomEpochsAndRunAgain_ResumesToTheSameWeights()
    {
        using var folder = new TrainingFolder(Long);
        var trainer = new TrainerProcess(
            new TrainerCommand(ServiceProcess.Assembly, CheckpointSeconds: 0.1), new TrainerLimits(TimeSpan.FromMinutes(10), long.MaxValue),
                NullLogger<TrainerProcess>.Instance);
        var random = new SeededRandom(20, RandomPurpose.Sample);
        var kills = Enumerable.Range(0, 10).Select(_ => 1 + random.NextInt32(Long.Epochs * 9 / 10)).Order().ToArray();
        var begun = new List<int>();
        foreach (var epoch in kills)
        {
            var (first, killed) = (0, false);
            var crashed = await trainer.TrainAsync(
                folder.Folder,
                progress =>
                {
                    first = first == 0 ? progress.Epoch : first;
                    if (!killed && progress.Epoch >= epoch)
                    {
                        killed = true;
                        using var process = Process.GetProcessById(Processes.TrainerOf(folder.Path));
                        process.Kill();
                    }
                },
                default,
                default);
            Assert.IsType<TrainingOutcome.Crashed>(crashed);
            begun.Add(first);
        }

        output.WriteLine($"killed at {string.Join(", ", kills)}; begun at {string.Join(", ", begun)}");
        var resumed = Assert.IsType<TrainingOutcome.Completed>(await trainer.TrainAsync(folder.Folder, _ => { }, default, default));
        Assert.Equal(await undisturbed.HashAsync(), resumed.Result.Summary.WeightsSha256);
        Assert.Equal(begun.Order(), begun);
        Assert.True(begun[^1] > 1, "no attempt went on from a checkpoint");
    }

    [Fact]
    public async Task TrainAsync_WhileOthersTrain_GivesTheSameWeightsAsAlone()
    {
        using var one = new TrainingFolder(new TrainingParameters(Epochs: 300));
        using var again = new TrainingFolder(new TrainingParameters(Epochs: 300));
        using var other = new TrainingFolder(new TrainingParameters(Epochs: 300, Seed: 7));
        var alone = Assert.IsType<TrainingOutcome.Completed>(await TrainAsync(one));

        var together = await Task.WhenAll(TrainAsync(again), TrainAsync(other));

        Assert.Equal(alone.Result.Summary.WeightsSha256,
            Assert.IsType<TrainingOutcome.Completed>(together[0]).Result.Summary.WeightsSha256);
        Assert.NotEqual(alone.Result.Summary.WeightsSha256,
            Assert.IsType<TrainingOutcome.Completed>(together[1]).Result.Summary.WeightsSha256);
    }

    [Fact]
    public async Task Run_WhenStandardInputEnds_EndsByItself()
    {
        using var folder = new TrainingFolder(Long);
        using var process = Process.Start(new TrainerCommand(ServiceProcess.Assembly).For(folder.Path))!;
        Assert.NotNull(await process.StandardOutput.ReadLineAsync());
        var rest = process.StandardOutput.ReadToEndAsync();
        var since = Stopwatch.StartNew();

        process.StandardInput.Close();
        await rest;
        await process.WaitForExitAsync();

        Assert.Equal(TrainerProtocol.Stopped, process.ExitCode);
        Assert.InRange(since.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task TrainAsync_WhenTheRowsAreDamaged_MakesNoVersion()
    {
        using var folder = new TrainingFolder();
        var rows = Path.Combine(folder.Path, "rows.bin");
        var bytes = await File.ReadAllBytesAsync(rows);
        bytes[RowsFile.HeaderBytes + 3] ^= 1;
        await File.WriteAllBytesAsync(rows, bytes);

        Assert.IsType<TrainingOutcome.Crashed>(await TrainAsync(folder));
        Assert.False(Directory.Exists(folder.Folder.Output));
    }

    [Fact]
    public async Task TrainAsync_WhenTheSpecificationIsDamaged_MakesNoVersionAndTheFolderIsNotTakenUp()
    {
        using var folder = new TrainingFolder();
        Assert.Equal(folder.Specification, folder.Folder.TakeUp([]));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "specification.json"), "{\"JobId\":");

        Assert.IsType<TrainingOutcome.Crashed>(await TrainAsync(folder));
        Assert.Null(folder.Folder.TakeUp([]));
    }

    [Fact]
    public async Task TrainAsync_WhenTheTrainingCannotSucceed_HandsTheReasonOn()
    {
        var oneClass = TrainingFolder.Sample(200).Where(r => r.Class == 0).ToList();
        using var folder = new TrainingFolder(rows: oneClass);

        var refused = Assert.IsType<TrainingOutcome.Refused>(await TrainAsync(folder));

        Assert.Equal("not_enough_classes", refused.Code);
        Assert.NotEmpty(refused.Detail.ToString());
    }

    private static Task<TrainingOutcome> TrainAsync(
        TrainingFolder folder, Action<TrainingProgress>? onProgress = null, CancellationToken cancel = default, CancellationToken stop =
            default) =>
        Trainer.TrainAsync(folder.Folder, onProgress ?? (_ => { }), cancel, stop);

    /// <summary>The same training, left alone; run once for the tests that compare with it.</summary>
    public sealed class Undisturbed
    {
        private readonly Lazy<Task<string>> _hash = new(async () =>
        {
            using var folder = new TrainingFolder(Long);
            return Assert.IsType<TrainingOutcome.Completed>(await TrainAsync(folder)).Result.Summary.WeightsSha256;
        });

        public Task<string> HashAsync() => _hash.Value;
    }
}
