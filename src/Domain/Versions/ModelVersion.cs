using ModelOps.Domain.Datasets;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Training;

namespace ModelOps.Domain.Versions;

/// <summary>The name, expected size and expected SHA-256 (lower-case hex) of a version's file.</summary>
public sealed record ArtifactFile(string Name, long Bytes, string Sha256);

/// <summary>
/// A trained network with its specification, metrics and files. A version is immutable, apart from
/// its rows, which <see cref="RemoveRows"/> takes away. <see cref="ActiveModel"/> points to the version
/// that is active.
/// </summary>
public sealed class ModelVersion
{
    /// <summary>
    /// Name of the rows file: the rows from which the version was trained. With this file the version can be compared and reproduced after
    /// its dataset is deleted. The file contains patients' values, so the service never sends it to a client.
    /// </summary>
    public const string RowsFile = "rows.bin";

    private ModelVersion()
    {
    }

    public long Id { get; private set; }

    public string Name { get; private set; } = "";

    /// <summary>The job that created the version. A job creates at most one version.</summary>
    public Guid JobId { get; private set; }

    public DateTime CreatedAt { get; private set; }

    public HeadlineMetrics Metrics { get; private set; } = new(0, 0, 0, 0, 0);

    /// <summary>Number of distinct training rows.</summary>
    public int TrainingSamples { get; private set; }

    /// <summary>Seconds from the first batch to the end of the last evaluation.</summary>
    public double TrainingTime { get; private set; }

    public TrainingSpecification Specification { get; private set; } = null!;

    /// <summary>The source of the rows, as text from <see cref="DataSelection.Describe"/>.</summary>
    public string DataSource { get; private set; } = "";

    public TrainingSummary Summary { get; private set; } = null!;

    /// <summary>When the version's rows were removed because of their age; null while it has them.</summary>
    public DateTime? RowsRemovedAt { get; private set; }

    /// <summary>All files of the version.</summary>
    public IReadOnlyList<ArtifactFile> Files { get; private set; } = [];

    /// <summary>What is known of the rows. It is computed from the rows file, and null until somebody asks for it.</summary>
    public DataProfile? DataProfile { get; private set; }

    public static ModelVersion Create(
        string name,
        TrainingSpecification specification,
        string dataSource,
        TrainingSummary summary,
        IReadOnlyList<ArtifactFile> files,
        DateTime now) => new()
        {
            Name = name,
            JobId = specification.JobId,
            CreatedAt = now,
            Metrics = summary.Evaluation.Headline,
            TrainingSamples = summary.Rows.Training.Values.Sum(),
            TrainingTime = summary.TrainingTime,
            Specification = specification,
            DataSource = dataSource,
            Summary = summary,
            Files = files,
        };

    /// <summary>
    /// Takes the rows file out of the version's files. The version can still be served, but neither compared nor reproduced.
    /// </summary>
    public void RemoveRows(DateTime now)
    {
        RowsRemovedAt ??= now;
        Files = [.. Files.Where(file => file.Name != RowsFile)];
    }
}
