using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Data;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;
using ModelOps.Domain.Predictions;
using ModelOps.Domain.Records;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Tests;

/// <summary>The real database, whose answer to a commit is lost as often as there are faults.</summary>
internal sealed class FaultyDatabase(IModelOpsDbContext inner, Queue<Exception> faults) : IModelOpsDbContext
{
    public IModelOpsDbContext Inner => inner;

    public DbSet<TrainingJob> Jobs => inner.Jobs;

    public DbSet<TrainingAttempt> TrainingAttempts => inner.TrainingAttempts;

    public DbSet<ModelVersion> Versions => inner.Versions;

    public DbSet<VersionListing> VersionListings => inner.VersionListings;

    public DbSet<VersionCounter> VersionCounters => inner.VersionCounters;

    public DbSet<ActiveModel> ActiveModels => inner.ActiveModels;

    public DbSet<Activation> Activations => inner.Activations;

    public DbSet<Dataset> Datasets => inner.Datasets;

    public DbSet<SavedMapping> Mappings => inner.Mappings;

    public IQueryable<LabelledRecord> Records => inner.Records;

    public DbSet<LabelledRecord> StoredRecords => inner.StoredRecords;

    public DbSet<RecordCount> RecordCounts => inner.RecordCounts;

    public DbSet<RecordImport> Imports => inner.Imports;

    public DbSet<RecordDeletion> RecordDeletions => inner.RecordDeletions;

    public DbSet<RecordCorrection> Corrections => inner.Corrections;

    public DbSet<Prediction> Predictions => inner.Predictions;

    public DbSet<OutcomeCount> OutcomeCounts => inner.OutcomeCounts;

    public DbSet<OutcomeDay> OutcomeDays => inner.OutcomeDays;

    public DbSet<IdempotentRequest> IdempotentRequests => inner.IdempotentRequests;

    public DbSet<Installation> Installations => inner.Installations;

    public Task<DateTime> UtcNowAsync(CancellationToken cancellationToken) => inner.UtcNowAsync(cancellationToken);

    public Task<int> SaveChangesAsync(CancellationToken cancellationToken) => inner.SaveChangesAsync(cancellationToken);

    public async Task<T> InTransactionAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var result = await inner.InTransactionAsync(work, cancellationToken);
        return faults.TryDequeue(out var fault) ? throw fault : result;
    }

    public void RequireRoom(long records) => inner.RequireRoom(records);

    public Task InsertAsync(IReadOnlyList<LabelledRecord> records, CancellationToken cancellationToken) =>
        inner.InsertAsync(records, cancellationToken);

    public Task InsertAsync(IReadOnlyList<Prediction> predictions, CancellationToken cancellationToken) =>
        inner.InsertAsync(predictions, cancellationToken);

    public Task<int> DeleteRecordsOfAsync(long patient, CancellationToken cancellationToken) =>
        inner.DeleteRecordsOfAsync(patient, cancellationToken);

    public Task<IReadOnlyList<bool>> FindKnownAsync(IReadOnlyList<LabelledExample> rows, CancellationToken cancellationToken) =>
        inner.FindKnownAsync(rows, cancellationToken);

    public IAsyncEnumerable<(LabelledExample Row, PatientToken Patient)> StreamRecordsAsync(CancellationToken cancellationToken) =>
        inner.StreamRecordsAsync(cancellationToken);

    public Task AnnounceActivationAsync(CancellationToken cancellationToken) => inner.AnnounceActivationAsync(cancellationToken);

    public void DiscardChanges() => inner.DiscardChanges();

    public bool IsUniqueViolation(DbUpdateException exception) => inner.IsUniqueViolation(exception);

    public bool IsForeignKeyViolation(DbUpdateException exception) => inner.IsForeignKeyViolation(exception);
}
