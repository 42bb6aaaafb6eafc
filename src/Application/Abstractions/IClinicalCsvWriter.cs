namespace ModelOps.Application.Abstractions;

/// <summary>Writes rows as a CSV file that <see cref="IClinicalCsvReader"/> reads back equal.</summary>
public interface IClinicalCsvWriter
{
    /// <summary>Writes the rows, repetitions included, to a temporary file, and returns it open at its start. Closing deletes it.</summary>
    /// <exception cref="Domain.RefusalException"><c>insufficient_storage</c></exception>
    Stream Write(IRows rows, CancellationToken cancellationToken);
}
