using ModelOps.Domain.Data;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Trainer;
using ModelOps.Infrastructure.Training;

namespace ModelOps.Infrastructure.Tests.Trainer;

/// <summary>A prepared working folder in a temporary place.</summary>
internal sealed class TrainingFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelops-training-");

    public TrainingFolder(
        TrainingParameters? parameters = null, IReadOnlyList<LabelledExample>? rows = null, string architecture = "mlp-bn")
    {
        Rows = rows ?? Sample(400);
        Specification = new TrainingSpecification(
            Guid.NewGuid(),
            architecture,
            parameters ?? new TrainingParameters(Epochs: 20),
            new string('7', SplitKey.Bytes * 2),
            CanonicalRow.Fingerprint(Rows));
        using var onDisk = Samples.OnDisk(System.IO.Path.Combine(Path, "some.rows"), Rows);
        Folder.Prepare(Specification, onDisk, null);
    }

    public string Path => _folder.FullName;

    public JobFolder Folder => new(_folder.FullName);

    public TrainingSpecification Specification { get; }

    public IReadOnlyList<LabelledExample> Rows { get; }

    public static IReadOnlyList<LabelledExample> Sample(int rows) => [.. SampleGenerator.Generate(rows, seed: 5)];

    public TrainingSummary Train(Action<TrainingRun>? report = null, TimeSpan? checkpoints = null, CancellationToken cancel = default) =>
        new TorchTrainer(NetworkRegistry.BuiltIn, Specification, Folder, report ?? (_ => { }))
        {
            CheckpointInterval = checkpoints ?? TimeSpan.FromHours(1),
        }
            .Train(cancel).Summary;

    public void Dispose() => _folder.Delete(recursive: true);
}
