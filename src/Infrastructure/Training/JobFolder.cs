using System.Text.Json;
using ModelOps.Domain.Records;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Artifacts;

namespace ModelOps.Infrastructure.Training;

/// <summary>The working folder of a job, as the worker prepares it and the trainer process reads it.</summary>
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

    /// <exception cref="InvalidDataException">There is no whole result.</exception>
    public TrainingSummary ReadResult()
    {
        try
        {
            return JsonSerializer.Deserialize<TrainingSummary>(File.ReadAllBytes(Result))
                ?? throw new InvalidDataException("The trainer's result is empty.");
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            throw new InvalidDataException("The trainer left no whole result.", exception);
        }
    }
}
