using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Training;

namespace ModelOps.Domain.Versions;

/// <summary>A file of a version, with the size and SHA-256 (lower-case hex) that it must have.</summary>
public sealed record ArtifactFile(string Name, long Bytes, string Sha256);

/// <summary>A trained network with everything known about it. It never changes; it is in service when the active pointer says so.</summary>
public sealed class ModelVersion
{
    /// <summary>
    /// The rows that the version was made of, so that it can be compared and made again when its dataset is gone. They are patients'
    /// values: the one file of a version that never leaves the service.
    /// </summary>
    public const string RowsFile = "rows.bin";

    private ModelVersion()
    {
    }

    public long Id { get; private set; }

    public string Name { get; private set; } = "";

    /// <summary>The job that made it; a job makes at most one version.</summary>
    public Guid JobId { get; private set; }

    public DateTime CreatedAt { get; private set; }

    public HeadlineMetrics Metrics { get; private set; } = new(0, 0, 0, 0, 0);

    /// <summary>Distinct rows on the training side.</summary>
    public int TrainingSamples { get; private set; }

    /// <summary>Seconds from the first batch to the last evaluation.</summary>
    public double TrainingTime { get; private set; }

    public TrainingSpecification Specification { get; private set; } = null!;

    /// <summary>Where the rows came from, <see cref="DataSelection.Describe"/>.</summary>
    public string DataSource { get; private set; } = "";

    public TrainingSummary Summary { get; private set; } = null!;

    /// <summary>Every file that the version must have.</summary>
    public IReadOnlyList<ArtifactFile> Files { get; private set; } = [];

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
}
