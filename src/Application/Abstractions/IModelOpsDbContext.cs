using Microsoft.EntityFrameworkCore;
using ModelOps.Domain.Data;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;
using ModelOps.Domain.Predictions;
using ModelOps.Domain.Records;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Abstractions;

/// <summary>The database as use cases see it. Only Infrastructure knows the provider (SQLite or PostgreSQL).</summary>
public interface IModelOpsDbContext
{
    DbSet<TrainingJob> Jobs { get; }

    DbSet<TrainingAttempt> TrainingAttempts { get; }

    DbSet<ModelVersion> Versions { get; }

    /// <summary>One of each version.</summary>
    DbSet<VersionListing> VersionListings { get; }

    DbSet<VersionCounter> VersionCounters { get; }

    DbSet<ActiveModel> ActiveModels { get; }

    DbSet<Activation> Activations { get; }

    DbSet<Dataset> Datasets { get; }

    DbSet<SavedMapping> Mappings { get; }

    /// <summary>The labelled records without those of imports that aren't published.</summary>
    IQueryable<LabelledRecord> Records { get; }

    /// <summary>All labelled records, also those of imports that aren't published. For additions, and for the removal of imports.</summary>
    DbSet<LabelledRecord> StoredRecords { get; }

    /// <summary>The numbers of records, also of imports that aren't published. Kept with every change; only read them.</summary>
    DbSet<RecordCount> RecordCounts { get; }

    DbSet<RecordImport> Imports { get; }

    DbSet<RecordDeletion> RecordDeletions { get; }

    DbSet<RecordCorrection> Corrections { get; }

    DbSet<Prediction> Predictions { get; }

    /// <summary>The confirmed predictions of each version. Kept with every change; only read them.</summary>
    DbSet<OutcomeCount> OutcomeCounts { get; }

    /// <inheritdoc cref="OutcomeCounts"/>
    DbSet<OutcomeDay> OutcomeDays { get; }

    DbSet<IdempotentRequest> IdempotentRequests { get; }

    DbSet<Installation> Installations { get; }

    /// <summary>Current UTC time of the database server, the clock that all processes of the installation share.</summary>
    Task<DateTime> UtcNowAsync(CancellationToken cancellationToken);

    Task<int> SaveChangesAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Runs <paramref name="work"/> in one transaction. After a transient connection failure, the work is run again from the start. A
    /// commit is never repeated, even when its response was lost.
    /// </summary>
    Task<T> InTransactionAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>
    /// Refuses records that the disk of an embedded database has no room for. Its file never shrinks: if their insertion failed on the way,
    /// the room that it took would stay taken.
    /// </summary>
    /// <exception cref="Domain.RefusalException"><c>insufficient_storage</c></exception>
    void RequireRoom(long records);

    /// <summary>
    /// Inserts records without tracking them, much faster than <see cref="SaveChangesAsync"/>. Call it inside of a transaction.
    /// </summary>
    Task InsertAsync(IReadOnlyList<LabelledRecord> records, CancellationToken cancellationToken);

    /// <inheritdoc cref="InsertAsync(IReadOnlyList{LabelledRecord}, CancellationToken)"/>
    Task InsertAsync(IReadOnlyList<Prediction> predictions, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes all records of a patient, also those of imports that aren't published, without reading them. Call it inside of a
    /// transaction.
    /// </summary>
    /// <param name="patient"><see cref="PatientToken.ToStored"/></param>
    /// <returns>Number of deleted records.</returns>
    Task<int> DeleteRecordsOfAsync(long patient, CancellationToken cancellationToken);

    /// <summary>Which of the rows are among the visible records: the same inputs and the same class.</summary>
    /// <returns>For each row, in the same order, whether it is.</returns>
    Task<IReadOnlyList<bool>> FindKnownAsync(IReadOnlyList<LabelledExample> rows, CancellationToken cancellationToken);

    /// <summary>
    /// Streams every labelled record from one consistent snapshot. Concurrent writers don't affect the read and aren't blocked by it.
    /// </summary>
    IAsyncEnumerable<(LabelledExample Row, PatientToken Patient)> StreamRecordsAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Notifies other processes that the active pointer has changed. The notification is sent when the current transaction commits.
    /// </summary>
    Task AnnounceActivationAsync(CancellationToken cancellationToken);

    /// <summary>Detaches all tracked entities, so that a changed row can be read again.</summary>
    void DiscardChanges();

    /// <summary>Whether a failed save violated a unique index.</summary>
    bool IsUniqueViolation(DbUpdateException exception);

    /// <summary>Whether a failed save violated a foreign key.</summary>
    bool IsForeignKeyViolation(DbUpdateException exception);
}
