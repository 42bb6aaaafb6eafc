using Microsoft.EntityFrameworkCore;
using ModelOps.Domain.Data;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;
using ModelOps.Domain.Predictions;
using ModelOps.Domain.Records;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Abstractions;

/// <summary>The database as use cases see it; the provider (SQLite or PostgreSQL) is Infrastructure's secret.</summary>
public interface IModelOpsDbContext
{
    DbSet<TrainingJob> Jobs { get; }

    DbSet<ModelVersion> Versions { get; }

    DbSet<ActiveModel> ActiveModels { get; }

    DbSet<Activation> Activations { get; }

    DbSet<Dataset> Datasets { get; }

    DbSet<LabelledRecord> Records { get; }

    DbSet<Prediction> Predictions { get; }

    DbSet<IdempotentRequest> IdempotentRequests { get; }

    DbSet<Installation> Installations { get; }

    /// <summary>Present UTC time by the clock that all processes of the installation share: the database server's.</summary>
    Task<DateTime> UtcNowAsync(CancellationToken cancellationToken);

    Task<int> SaveChangesAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Runs <paramref name="work"/> in one transaction, again from the start when the connection fails in a passing way. It is committed
    /// once: a commit whose answer was lost isn't repeated.
    /// </summary>
    Task<T> InTransactionAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>
    /// Every labelled record, in one consistent read that isn't disturbed by, and doesn't disturb, who writes meanwhile. Rows are read
    /// from the database as they are asked for.
    /// </summary>
    IAsyncEnumerable<LabelledExample> StreamRecordsAsync(CancellationToken cancellationToken);

    /// <summary>Tells the other processes that the active pointer has moved, with the commit of the present transaction.</summary>
    Task AnnounceActivationAsync(CancellationToken cancellationToken);

    /// <summary>Forgets what was loaded and not saved, so that a changed row can be read again.</summary>
    void DiscardChanges();

    /// <summary>Whether a failed save broke a unique index.</summary>
    bool IsUniqueViolation(DbUpdateException exception);

    /// <summary>Whether a failed save broke a foreign key.</summary>
    bool IsForeignKeyViolation(DbUpdateException exception);
}
