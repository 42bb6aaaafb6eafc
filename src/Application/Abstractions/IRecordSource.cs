using ModelOps.Domain.Data;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Abstractions;

/// <summary>The hospital's own table of records, which trainings on the database read as well.</summary>
public interface IRecordSource
{
    bool IsConfigured { get; }

    /// <summary>Reads the table once, in a read-only transaction.</summary>
    /// <exception cref="Domain.RefusalException">
    /// <c>source_unavailable</c>, <c>source_invalid</c> or <c>insufficient_storage</c>.
    /// </exception>
    Task<SourceRows> ReadAsync(SplitKey key, CancellationToken cancellationToken);
}

/// <param name="Report">What was read and what was left out.</param>
public sealed record SourceRows(IRows Rows, SourceReport Report) : IDisposable
{
    public void Dispose() => Rows.Dispose();
}
