using System.Text.Json;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Data;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;
using ModelOps.Infrastructure.Files;
using ModelOps.Infrastructure.Networks;

namespace ModelOps.Infrastructure.Training;

/// <summary>The active version, described for the trainer process.</summary>
/// <param name="Folder">The folder with the version's files.</param>
/// <param name="SplitKey">The split key that the version was trained with, as lower-case hex.</param>
internal sealed record Baseline(
    string Version, string Folder, string Architecture, string SplitKey, IReadOnlyList<ArtifactFile> Files, int EarlierLooks);

/// <summary>The working folder of a job, as the worker prepares it and the trainer process reads it.</summary>
/// <remarks>A folder belongs to one claim on the job, so two trainers never write to the same folder.</remarks>
internal sealed class JobFolder(string path)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public string Path => path;

    /// <summary>The job's id, for log lines.</summary>
    public string JobId => System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(path)) ?? "";

    public string Output => In("output");

    public string Checkpoint => In("checkpoint.bin");

    private string SpecificationFile => In("specification.json");

    private string RowsPath => In(ModelVersion.RowsFile);

    private string RecordsPath => In("records.bin");

    private string BaselineFile => In("baseline.json");

    private string ResultFile => In("result.json");

    /// <summary>Writes the rows first and the specification last, so that a folder with a specification always has its rows.</summary>
    public void Prepare(TrainingSpecification specification, RowsOnDisk rows, RowsOnDisk? records)
    {
        Directory.CreateDirectory(path);
        DurableFiles.LinkOrCopy(rows.Path, RowsPath);
        if (records is not null)
        {
            DurableFiles.LinkOrCopy(records.Path, RecordsPath);
        }

        DurableFiles.Replace(SpecificationFile, JsonSerializer.SerializeToUtf8Bytes(specification));
    }

    /// <summary>The specification; null when the folder was not completely prepared.</summary>
    public TrainingSpecification? FindSpecification() => Find<TrainingSpecification>(SpecificationFile);

    /// <summary>Reads the rows to train on into memory. Only the trainer process calls this.</summary>
    /// <exception cref="InvalidDataException">The rows don't match the specification.</exception>
    public TrainingRows ReadRows(TrainingSpecification specification)
    {
        var key = SplitKey.FromHex(specification.SplitKey);
        using var rows = OpenRows(key);
        var count = (int)rows.Header.Distinct;
        var (distinct, folds) = (new List<LabelledExample>(count), new List<byte>(count));
        var patients = rows.Header.HasPatients ? new List<PatientToken>(count) : null;
        foreach (var row in RowsFile.Verified(rows.Read(), specification.DataSha256, rows.Header.HasPatients))
        {
            distinct.Add(row.Row);
            folds.Add(key.FoldOf(row, rows.Header.KeyId));
            patients?.Add(row.Patient);
        }

        return new TrainingRows(distinct, folds, (int)rows.Header.Total) { Patients = patients };
    }

    /// <summary>Opens the rows to train on, to read them once from start to end.</summary>
    public RowsOnDisk OpenRows(SplitKey key) => VersionFolder.Open(RowsPath, key, NewPath);

    /// <summary>Opens the labelled records; null when the training rows contain them already or there are none.</summary>
    public RowsOnDisk? OpenRecords() => File.Exists(RecordsPath) ? RowsOnDisk.Keep(RecordsPath) : null;

    /// <summary>A path for a temporary file of the trainer process. The file is deleted together with the folder.</summary>
    public string NewPath() => In($"run-{Guid.NewGuid():N}");

    public void WriteBaseline(Baseline? baseline) => DurableFiles.Replace(BaselineFile, JsonSerializer.SerializeToUtf8Bytes(baseline));

    /// <summary>The active version; null when no version is active.</summary>
    public Baseline? FindBaseline() => Find<Baseline>(BaselineFile);

    /// <summary>Replaces the output folder's content with these files and a copy of the rows.</summary>
    public void WriteOutput(IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        if (Directory.Exists(Output))
        {
            Directory.Delete(Output, recursive: true);
        }

        Directory.CreateDirectory(Output);
        foreach (var (name, content) in files)
        {
            DurableFiles.WriteNew(System.IO.Path.Combine(Output, name), content);
        }

        // Copied and not hard-linked: the rows may be a link to a dataset's file, and damage to one file must not reach other versions.
        DurableFiles.Copy(RowsPath, System.IO.Path.Combine(Output, ModelVersion.RowsFile));
    }

    /// <summary>Writes the result. It is written last, so that a folder with a result always has its complete output.</summary>
    public void WriteResult(TrainingResult result) => DurableFiles.Replace(ResultFile, JsonSerializer.SerializeToUtf8Bytes(result, Json));

    /// <summary>The result; null when it is missing or incomplete.</summary>
    public TrainingResult? FindResult() => Find<TrainingResult>(ResultFile);

    /// <summary>
    /// Copies rows, specification and checkpoint from the earlier folder whose checkpoint has the highest epoch. The trainer of that folder
    /// may still be running, but a trainer never changes the rows.
    /// </summary>
    /// <returns>The specification; null when neither this folder nor an earlier one was completely prepared.</returns>
    public TrainingSpecification? TakeUp(IEnumerable<JobFolder> earlier)
    {
        if (FindSpecification() is { } own)
        {
            return own;
        }

        var furthest = earlier
            .Select(folder => (Folder: folder, Specification: folder.FindSpecification()))
            .Where(candidate => candidate.Specification is not null)
            .Select(candidate => (
                candidate.Folder, Specification: candidate.Specification!,
                    Checkpoint: candidate.Folder.FindCheckpoint(candidate.Specification!)))
            .OrderByDescending(candidate => candidate.Checkpoint?.Epoch ?? 0)
            .FirstOrDefault();
        if (furthest.Folder is null)
        {
            return null;
        }

        Directory.CreateDirectory(path);
        DurableFiles.LinkOrCopy(furthest.Folder.RowsPath, RowsPath);
        if (File.Exists(furthest.Folder.RecordsPath))
        {
            DurableFiles.LinkOrCopy(furthest.Folder.RecordsPath, RecordsPath);
        }

        furthest.Checkpoint?.Write(Checkpoint);
        DurableFiles.Replace(SpecificationFile, JsonSerializer.SerializeToUtf8Bytes(furthest.Specification));
        return furthest.Specification;
    }

    private Trainer.Checkpoint? FindCheckpoint(TrainingSpecification specification) =>
        Trainer.Checkpoint.Find(Checkpoint, Trainer.Checkpoint.FingerprintOf(specification));

    private static T? Find<T>(string file)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(file), Json);
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return null;
        }
    }

    private string In(string name) => System.IO.Path.Combine(path, name);
}
