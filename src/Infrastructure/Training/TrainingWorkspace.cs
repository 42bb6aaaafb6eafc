using ModelOps.Application.Abstractions;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;
using ModelOps.Infrastructure.Files;

namespace ModelOps.Infrastructure.Training;

/// <summary>The working folders <c>jobs/JOB/CLAIM/</c> in the data directory.</summary>
internal sealed class TrainingWorkspaces(DataDirectory directory, TrainerProcess trainer) : ITrainingWorkspaces
{
    public ITrainingWorkspace Open(Guid jobId, Guid claim) => new TrainingWorkspace(directory, trainer, JobFolder(jobId), claim);

    public void Delete(Guid jobId) => FolderDeletion.TryDelete(JobFolder(jobId));

    public IReadOnlyList<Guid> ListJobs() =>
        [.. Directory.GetDirectories(directory.Jobs)
            .Select(path => Guid.TryParseExact(Path.GetFileName(path), "N", out var id) ? id : (Guid?)null)
            .OfType<Guid>()];

    private string JobFolder(Guid jobId) => directory.JobFolder(jobId);
}

internal sealed class TrainingWorkspace(DataDirectory directory, TrainerProcess trainer, string jobFolder, Guid claim) : ITrainingWorkspace
{
    private readonly string _name = claim.ToString("N");
    private bool _completed;

    private string Path => System.IO.Path.Combine(jobFolder, _name);

    private JobFolder Folder => new(Path);

    public TrainingSpecification? TakeUp() => DurableFiles.Guard(() =>
    {
        var others = OtherFolders();
        var specification = Folder.TakeUp(others
            .Where(folder => Guid.TryParseExact(System.IO.Path.GetFileName(folder), "N", out _))
            .Select(folder => new JobFolder(folder)));
        foreach (var other in others)
        {
            FolderDeletion.TryDelete(other);
        }

        return specification;
    });

    public void Prepare(TrainingSpecification specification, IRows rows, IRows? records) => DurableFiles.Guard(() =>
    {
        Folder.Prepare(specification, (RowsOnDisk)rows, (RowsOnDisk?)records);
        return true;
    });

    public void SetBaseline(ModelVersion? baseline, int earlierLooks) => DurableFiles.Guard(() =>
    {
        Folder.WriteBaseline(baseline is null
            ? null
            : new Baseline(
                baseline.Name,
                directory.VersionFolder(baseline.Name),
                baseline.Specification.Architecture,
                baseline.Specification.SplitKey,
                baseline.Files,
                earlierLooks));
        return true;
    });

    public Task<TrainingOutcome> TrainAsync(Action<TrainingProgress> onProgress, CancellationToken cancel, CancellationToken stop) =>
        trainer.TrainAsync(Folder, onProgress, cancel, stop);

    public void Complete() => _completed = true;

    public void Dispose()
    {
        if (_completed)
        {
            FolderDeletion.TryDelete(jobFolder);
        }
    }

    private string[] OtherFolders()
    {
        try
        {
            return [.. Directory.GetDirectories(jobFolder).Where(folder => System.IO.Path.GetFileName(folder) != _name)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
