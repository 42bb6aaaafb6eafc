using System.Text.Json;
using ModelOps.Domain.Data;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Files;
using ModelOps.Infrastructure.Trainer;

namespace ModelOps.Infrastructure.Training;

/// <summary>The working folder of a job, as the worker prepares it and the trainer process reads it.</summary>
/// <remarks>Belongs to one claim on the job: two trainers never write into the same one.</remarks>
internal sealed class JobFolder(string path)
{
    public string Output => Path.Combine(path, "output");

    public string Checkpoint => Path.Combine(path, "checkpoint.bin");

    private string Specification => Path.Combine(path, "specification.json");

    private string Rows => Path.Combine(path, RowsFile.Name);

    private string Result => Path.Combine(path, "result.json");

    /// <summary>Writes the rows first and the specification last: where there is a specification, there are its rows.</summary>
    public void Prepare(TrainingSpecification specification, IReadOnlyList<LabelledExample> rows)
    {
        Directory.CreateDirectory(path);
        DurableFiles.Replace(Rows, RowsFile.Write(rows));
        DurableFiles.Replace(Specification, JsonSerializer.SerializeToUtf8Bytes(specification));
    }

    /// <summary>The specification, where the folder was prepared whole; null otherwise.</summary>
    public TrainingSpecification? FindSpecification()
    {
        try
        {
            return JsonSerializer.Deserialize<TrainingSpecification>(File.ReadAllBytes(Specification));
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return null;
        }
    }

    /// <exception cref="InvalidDataException">The rows are not those of the specification.</exception>
    public List<LabelledExample> ReadRows(TrainingSpecification specification)
    {
        var rows = RowsFile.Read(File.ReadAllBytes(Rows));
        return CanonicalRow.Fingerprint(rows) == specification.DataSha256
            ? rows
            : throw new InvalidDataException("The rows in the working folder are not those of the specification.");
    }

    /// <summary>Written after everything else: a folder with a result has its whole output.</summary>
    public void WriteResult(TrainingSummary summary) =>
        DurableFiles.Replace(Result, JsonSerializer.SerializeToUtf8Bytes(summary));

    /// <summary>Null where there is no whole one.</summary>
    public TrainingSummary? FindResult()
    {
        try
        {
            return JsonSerializer.Deserialize<TrainingSummary>(File.ReadAllBytes(Result));
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// Takes over rows and specification of the earlier folder whose checkpoint is the furthest, by copies: its trainer may live on.
    /// </summary>
    /// <returns>The specification, null where no folder, neither this one, was prepared whole.</returns>
    public TrainingSpecification? TakeUp(IEnumerable<JobFolder> earlier)
    {
        if (FindSpecification() is { } own)
        {
            return own;
        }

        var furthest = earlier
            .Select(folder => (Folder: folder, Specification: folder.FindSpecification()))
            .Where(candidate => candidate.Specification is not null)
            .Select(candidate => (candidate.Folder, Specification: candidate.Specification!, Checkpoint: candidate.Folder.FindCheckpoint(candidate.Specification!)))
            .OrderByDescending(candidate => candidate.Checkpoint?.Epoch ?? 0)
            .FirstOrDefault();
        if (furthest.Folder is null)
        {
            return null;
        }

        Directory.CreateDirectory(path);
        DurableFiles.Replace(Rows, File.ReadAllBytes(furthest.Folder.Rows));
        furthest.Checkpoint?.Write(Checkpoint);
        DurableFiles.Replace(Specification, JsonSerializer.SerializeToUtf8Bytes(furthest.Specification));
        return furthest.Specification;
    }

    private Checkpoint? FindCheckpoint(TrainingSpecification specification) =>
        Trainer.Checkpoint.Find(Checkpoint, Trainer.Checkpoint.FingerprintOf(specification));
}
