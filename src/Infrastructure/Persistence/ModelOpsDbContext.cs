using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Users;
using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;
using ModelOps.Domain.Predictions;
using ModelOps.Domain.Records;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;
using ModelOps.Infrastructure.FaultInjection;
using ModelOps.Infrastructure.Identity;

namespace ModelOps.Infrastructure.Persistence;

/// <summary>The schema of both providers. A derived context per provider has the differences and its own migrations.</summary>
internal abstract partial class ModelOpsDbContext(DbContextOptions options)
    : IdentityDbContext<ModelOpsUser>(options), IModelOpsDbContext, IDataProtectionKeyContext
{
    public DbSet<TrainingJob> Jobs => Set<TrainingJob>();

    public DbSet<TrainingAttempt> TrainingAttempts => Set<TrainingAttempt>();

    public DbSet<ModelVersion> Versions => Set<ModelVersion>();

    public DbSet<VersionListing> VersionListings => Set<VersionListing>();

    public DbSet<VersionCounter> VersionCounters => Set<VersionCounter>();

    public DbSet<ActiveModel> ActiveModels => Set<ActiveModel>();

    public DbSet<Activation> Activations => Set<Activation>();

    public DbSet<Dataset> Datasets => Set<Dataset>();

    public DbSet<SavedMapping> Mappings => Set<SavedMapping>();

    public IQueryable<LabelledRecord> Records => StoredRecords.Where(r =>
        r.ImportId == null || !Imports.Any(i => i.Id == r.ImportId && i.State != ImportState.Published));

    public DbSet<LabelledRecord> StoredRecords => Set<LabelledRecord>();

    public DbSet<RecordCount> RecordCounts => Set<RecordCount>();

    public DbSet<RecordImport> Imports => Set<RecordImport>();

    public DbSet<RecordDeletion> RecordDeletions => Set<RecordDeletion>();

    public DbSet<RecordCorrection> Corrections => Set<RecordCorrection>();

    public DbSet<Prediction> Predictions => Set<Prediction>();

    public DbSet<OutcomeCount> OutcomeCounts => Set<OutcomeCount>();

    public DbSet<OutcomeDay> OutcomeDays => Set<OutcomeDay>();

    public DbSet<IdempotentRequest> IdempotentRequests => Set<IdempotentRequest>();

    public DbSet<Installation> Installations => Set<Installation>();

    public DbSet<UserSession> Sessions => Set<UserSession>();

    public DbSet<SignInAddress> SignInAddresses => Set<SignInAddress>();

    public DbSet<SignInCounter> SignInCounters => Set<SignInCounter>();

    public DbSet<AccessToken> AccessTokens => Set<AccessToken>();

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    public abstract Task<DateTime> UtcNowAsync(CancellationToken cancellationToken);

    public abstract bool IsUniqueViolation(DbUpdateException exception);

    public abstract bool IsForeignKeyViolation(DbUpdateException exception);

    /// <summary>Acquires the exclusive lock under which one process prepares the database. Disposing releases the lock.</summary>
    public abstract Task<IAsyncDisposable> LockSchemaAsync(CancellationToken cancellationToken);

    /// <summary>Whether an exception means that the database is temporarily unavailable, so that a retry can succeed.</summary>
    public abstract bool IsAway(Exception exception);

    /// <summary>Tells the operator what to change after a failure that no retry can solve; null for any other exception.</summary>
    public abstract StartupException? RefusalOf(Exception exception);

    public virtual Task<T> InTransactionAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        Database.CreateExecutionStrategy().ExecuteAsync(
            async cancel =>
            {
                ChangeTracker.Clear();
                await using var transaction = await Database.BeginTransactionAsync(cancel);
                Enter(transaction);
                try
                {
                    var result = await work(cancel);
                    FaultPoints.Hit("transaction.commit");
                    await CommitAsync(transaction, cancel);
                    return result;
                }
                finally
                {
                    Enter(null);
                }
            },
            cancellationToken);

    /// <summary>
    /// Commits exactly once. If the connection fails during the commit, the outcome of the transaction is looked up before any retry.
    /// </summary>
    protected virtual Task CommitAsync(IDbContextTransaction transaction, CancellationToken cancellationToken) =>
        transaction.CommitAsync(cancellationToken);

    /// <summary>Called with the transaction of a use case when it begins, and with null when it has ended.</summary>
    protected virtual void Enter(IDbContextTransaction? transaction)
    {
    }

    public virtual void RequireRoom(long records)
    {
    }

    public Task<IReadOnlyList<bool>> FindKnownAsync(IReadOnlyList<LabelledExample> rows, CancellationToken cancellationToken) =>
        Database.CreateExecutionStrategy().ExecuteAsync(
            async cancel =>
            {
                await using var connection = NewConnection();
                await connection.OpenAsync(cancel);
                return await FindKnownAsync(connection, rows, cancel);
            },
            cancellationToken);

    /// <inheritdoc cref="FindKnownAsync(IReadOnlyList{LabelledExample}, CancellationToken)"/>
    /// <param name="connection">An open connection.</param>
    protected abstract Task<IReadOnlyList<bool>> FindKnownAsync(
        DbConnection connection, IReadOnlyList<LabelledExample> rows, CancellationToken cancellationToken);

    /// <summary>
    /// Streams all records with a single statement, so that it reads one consistent snapshot on both providers. It uses a connection of its
    /// own and not EF Core, whose retrying execution strategy would buffer the whole result in memory.
    /// </summary>
    public async IAsyncEnumerable<(LabelledExample Row, PatientToken Patient)> StreamRecordsAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = NewConnection();
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText =
            """
            SELECT "HbA1c", "Age", "Bmi", "Gender", "Class", "PatientHash" FROM labelled_records
            WHERE "ImportId" IS NULL OR "ImportId" NOT IN (SELECT "Id" FROM record_imports WHERE "State" <> 'Published')
            """;

        // No timeout: the statement lasts as long as the caller takes to process the rows.
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = new LabelledExample(
                new PatientFeatures(reader.GetDouble(0), reader.GetDouble(1), reader.GetDouble(2), (Gender)reader.GetInt32(3)),
                (DiabetesClass)reader.GetInt32(4));
            yield return (row, PatientToken.FromStored(reader.IsDBNull(5) ? null : reader.GetInt64(5)));
        }
    }

    /// <summary>Creates a new, closed connection to the same database.</summary>
    protected abstract DbConnection NewConnection();

    public abstract Task AnnounceActivationAsync(CancellationToken cancellationToken);

    public void DiscardChanges() => ChangeTracker.Clear();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcConverter>();
        configurationBuilder.Properties<string>().HaveMaxLength(4_000);
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<TrainingJob>(Configure);
        builder.Entity<TrainingAttempt>(attempt =>
        {
            attempt.ToTable("training_attempts");
            attempt.Property(a => a.Worker).HasMaxLength(TrainingAttempt.MaxWorker);
            attempt.Property(a => a.End).HasConversion<string>().HasMaxLength(16);
            attempt.Property(a => a.Log).HasMaxLength(TrainingAttempt.MaxLog);
            attempt.HasIndex(a => new { a.JobId, a.Id });
            attempt.HasIndex(a => a.StartedAt);
        });
        builder.Entity<ModelVersion>(Configure);
        builder.Entity<VersionListing>(Configure);
        builder.Entity<VersionCounter>(counter =>
        {
            counter.ToTable("version_counter", t => t.HasCheckConstraint("CK_version_counter_single", "\"Id\" = 1"));
            counter.Property(c => c.Id).ValueGeneratedNever();

            // Of two trainings that end at the same moment, the second one counts again.
            counter.Property(c => c.Last).IsConcurrencyToken();
        });
        builder.Entity<ActiveModel>(active =>
        {
            active.ToTable("active_model", t => t.HasCheckConstraint("CK_active_model_single", "\"Id\" = 1"));
            active.Property(a => a.Id).ValueGeneratedNever();
            active.Property(a => a.ActivationNumber).HasColumnName("Epoch").IsConcurrencyToken();

            // With Restrict, the database itself rejects the deletion of the active version.
            active.HasOne(a => a.Version).WithMany().HasForeignKey(a => a.VersionId).OnDelete(DeleteBehavior.Restrict);
            active.HasOne(a => a.Activation).WithMany().HasForeignKey("ActivationId").OnDelete(DeleteBehavior.Restrict);
        });
        builder.Entity<Activation>(activation =>
        {
            activation.ToTable("activations");
            activation.Property(a => a.Kind).HasConversion<string>().HasMaxLength(16);
            activation.Property(a => a.From).HasMaxLength(VersionName.MaxLength);
            activation.Property(a => a.To).HasMaxLength(VersionName.MaxLength);
            activation.Property(a => a.Reason).HasMaxLength(Activation.MaxReason);
            activation.Property(a => a.By).HasMaxLength(256);
            activation.Property(a => a.ActivationNumber).HasColumnName("Epoch");
            activation.HasIndex(a => a.ActivationNumber).IsUnique();

            // For the activations of one version.
            activation.HasIndex(a => new { a.To, a.ActivationNumber });
            activation.HasIndex(a => new { a.From, a.ActivationNumber });
        });
        builder.Entity<Dataset>(dataset =>
        {
            dataset.ToTable("datasets");
            dataset.Property(d => d.Name).HasMaxLength(Dataset.MaxName);
            dataset.Property(d => d.NameKey).HasMaxLength(Dataset.MaxName);
            dataset.HasIndex(d => d.NameKey).IsUnique();
            dataset.Property(d => d.Sha256).HasMaxLength(64);
            dataset.Property(d => d.UploadedBy).HasMaxLength(256);
            dataset.Property(d => d.Description).HasMaxLength(Dataset.MaxDescription);
            Json(dataset.Property(d => d.Report));
            Json(dataset.Property(d => d.Profile));
        });
        builder.Entity<SavedMapping>(mapping =>
        {
            mapping.ToTable("csv_mappings");
            mapping.Property(m => m.Name).HasMaxLength(SavedMapping.MaxName);
            mapping.Property(m => m.NameKey).HasMaxLength(SavedMapping.MaxName);
            mapping.HasIndex(m => m.NameKey).IsUnique();
            mapping.Property(m => m.HeadersSha256).HasMaxLength(64);
            mapping.HasIndex(m => m.HeadersSha256);
            mapping.Property(m => m.SavedBy).HasMaxLength(256);
            Json(mapping.Property(m => m.Mapping));
        });
        builder.Entity<LabelledRecord>(record =>
        {
            record.ToTable("labelled_records", t =>
            {
                // A model's prediction is never a label. It becomes a record only through an outcome that a lab or a clinician confirmed.
                t.HasCheckConstraint("CK_labelled_records_source", "\"Source\" IN ('Registered', 'Imported', 'Lab', 'Clinician')");
                t.HasCheckConstraint("CK_labelled_records_prediction", "\"PredictionId\" IS NULL OR \"Source\" IN ('Lab', 'Clinician')");
                t.HasCheckConstraint("CK_labelled_records_class", "\"Class\" IN (0, 1, 2)");
            });
            record.HasIndex(r => r.PredictionId).IsUnique();
            record.Property(r => r.Source).HasConversion<string>().HasMaxLength(16);
            record.Property(r => r.CreatedBy).HasMaxLength(256);

            // Of a correction and a deletion at the same time, the later one starts again.
            record.Property(r => r.Class).IsConcurrencyToken();

            // Finds copies. With ImportId, the index alone also tells whether the record is visible.
            record.HasIndex(r => new { r.HbA1c, r.Age, r.Bmi, r.Gender, r.Class, r.ImportId });

            // One for each filter of the list, in the list's order.
            record.HasIndex(r => new { r.Class, r.Id });
            record.HasIndex(r => new { r.Source, r.Id });
            record.HasIndex(r => new { r.ImportId, r.Id });
            record.HasIndex(r => new { r.CreatedAt, r.Id });

            // With Restrict, an import's row can't be removed while a process still writes records of it.
            record.HasOne<RecordImport>().WithMany().HasForeignKey(r => r.ImportId).OnDelete(DeleteBehavior.Restrict);

            // For forgetting a patient. Records of unknown patients take no room in it.
            record.HasIndex(r => r.PatientHash).HasFilter("\"PatientHash\" IS NOT NULL");
        });
        builder.Entity<RecordImport>(import =>
        {
            import.ToTable("record_imports");
            import.Property(i => i.FileName).HasMaxLength(Dataset.MaxName);
            import.Property(i => i.CreatedBy).HasMaxLength(256);
            import.Property(i => i.State).HasConversion<string>().HasMaxLength(16);
            import.Property(i => i.WithdrawnBy).HasMaxLength(256);
            import.HasIndex(i => new { i.State, i.Id });
        });
        builder.Entity<RecordCount>(count =>
        {
            count.ToTable("record_counts");
            count.HasKey(c => new { c.ImportId, c.Class });
            count.Property(c => c.ImportId).ValueGeneratedNever();
        });
        builder.Entity<RecordCorrection>(correction =>
        {
            correction.ToTable("record_corrections");
            correction.Property(c => c.Reason).HasMaxLength(RecordCorrection.MaxReason);
            correction.Property(c => c.CorrectedBy).HasMaxLength(256);

            // A deleted record's diagnoses are gone with it.
            correction.HasOne<LabelledRecord>().WithMany().HasForeignKey(c => c.RecordId).OnDelete(DeleteBehavior.Cascade);
            correction.HasIndex(c => new { c.RecordId, c.Id });
        });
        builder.Entity<RecordDeletion>(deletion =>
        {
            deletion.ToTable("record_deletions");
            deletion.HasIndex(d => d.DeletedAt);
        });
        builder.Entity<Prediction>(prediction =>
        {
            prediction.ToTable("predictions", t => t.HasCheckConstraint(
                "CK_predictions_confirmed",
                """
                ("ConfirmedClass" IS NULL AND "ConfirmedSource" IS NULL AND "ConfirmedAt" IS NULL AND "ConfirmedBy" IS NULL)
                OR ("ConfirmedClass" IS NOT NULL AND "ConfirmedClass" IN (0, 1, 2)
                    AND "ConfirmedSource" IS NOT NULL AND "ConfirmedSource" IN ('Lab', 'Clinician')
                    AND "ConfirmedAt" IS NOT NULL AND "ConfirmedBy" IS NOT NULL)
                """));
            prediction.Property(p => p.Id).ValueGeneratedNever();
            prediction.Property(p => p.Version).HasMaxLength(VersionName.MaxLength);
            prediction.Property(p => p.ConfirmedClass).IsConcurrencyToken();
            prediction.Property(p => p.ConfirmedSource).HasConversion<string>().HasMaxLength(16);
            prediction.Property(p => p.ConfirmedBy).HasMaxLength(256);
            prediction.Ignore(p => p.Features);

            // For the lists, whose pages are ranges of the key. Most predictions have neither a reference nor a confirmed outcome, so these
            // indexes cost their insertion nothing.
            prediction.HasIndex(p => new { p.Version, p.Id }, "IX_predictions_Version_Id");
            prediction.HasIndex(p => new { p.ReferenceToken, p.Id }).HasFilter("\"ReferenceToken\" IS NOT NULL");
            prediction.HasIndex(p => p.Id).HasDatabaseName("IX_predictions_confirmed").HasFilter("\"ConfirmedClass\" IS NOT NULL");

            prediction.HasIndex(p => new { p.Version, p.Id }, "IX_predictions_confirmed_of_version")
                .HasFilter("\"ConfirmedClass\" IS NOT NULL");
            prediction.HasIndex(p => new { p.Version, p.Class, p.Id }, "IX_predictions_confirmed_of_class")
                .HasFilter("\"ConfirmedClass\" IS NOT NULL");
        });
        builder.Entity<OutcomeCount>(count =>
        {
            count.ToTable("outcome_counts");
            count.HasKey(c => new { c.Version, c.ConfirmedClass, c.Class });
            count.Property(c => c.Version).HasMaxLength(VersionName.MaxLength);
        });
        builder.Entity<OutcomeDay>(day =>
        {
            day.ToTable("outcome_days");
            day.HasKey(d => d.Day);
        });
        builder.Entity<IdempotentRequest>(request =>
        {
            request.ToTable("idempotent_requests");
            request.Property(r => r.Owner).HasMaxLength(IdempotentRequest.MaxOwner).HasDefaultValue("");
            request.Property(r => r.Operation).HasMaxLength(50);
            request.Property(r => r.Key).HasMaxLength(IdempotentRequest.MaxKey);
            request.Property(r => r.RequestSha256).HasMaxLength(64);
            request.HasIndex(r => new { r.Owner, r.Operation, r.Key }).IsUnique();
            request.HasIndex(r => r.CreatedAt);
        });
        ConfigureSignIn(builder);
        builder.Entity<Installation>(installation =>
        {
            installation.ToTable("installation", t => t.HasCheckConstraint("CK_installation_single", "\"Id\" = 1"));
            installation.Property(i => i.Id).ValueGeneratedNever();
        });
    }

    private static void ConfigureSignIn(ModelBuilder builder)
    {
        builder.Entity<UserSession>(session =>
        {
            session.ToTable("sessions");
            session.HasKey(s => s.Sequence);
            session.HasIndex(s => s.Id).IsUnique();
            session.HasIndex(s => s.ExpiresAt);
            session.Property(s => s.Kind).HasConversion<string>().HasMaxLength(16);
            session.Property(s => s.Client).HasMaxLength(SessionClient.MaxAgent);
            session.Property(s => s.RefreshHash).HasMaxLength(64);
            session.HasOne<ModelOpsUser>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<SignInAddress>(address =>
        {
            address.ToTable("sign_in_addresses");
            address.HasKey(a => new { a.UserId, a.AddressHash });
            address.Property(a => a.AddressHash).HasMaxLength(64);
            address.HasIndex(a => a.LastSignInAt);
            address.HasOne<ModelOpsUser>().WithMany().HasForeignKey(a => a.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<SignInCounter>(counter =>
        {
            counter.ToTable("sign_in_counters");
            counter.HasKey(c => c.Key);
            counter.Property(c => c.Key).HasMaxLength(64);
            counter.HasIndex(c => c.UpdatedAt);
        });
        builder.Entity<AccessToken>(token =>
        {
            token.ToTable("access_tokens");
            token.HasKey(t => t.Sequence);
            token.HasIndex(t => t.Id).IsUnique();
            token.HasIndex(t => t.TokenHash).IsUnique();
            token.Property(t => t.Name).HasMaxLength(AccessTokenLimits.MaxName);
            token.Property(t => t.TokenHash).HasMaxLength(64);
            token.Property(t => t.Role).HasMaxLength(16);
            token.Property(t => t.Scopes).HasMaxLength(200);
            token.HasOne<ModelOpsUser>().WithMany().HasForeignKey(t => t.UserId).OnDelete(DeleteBehavior.Cascade);
        });
    }

    private static void Configure(EntityTypeBuilder<TrainingJob> job)
    {
        job.ToTable("training_jobs");
        job.HasKey(j => j.Sequence);
        job.HasIndex(j => j.Id).IsUnique();
        job.Property(j => j.Id).ValueGeneratedNever();
        job.Property(j => j.Status).HasConversion<string>().HasMaxLength(16);
        job.HasIndex(j => new { j.Status, j.Sequence });
        job.Property(j => j.RowVersion).IsConcurrencyToken();
        Json(job.Property(j => j.Parameters));
        job.Property(j => j.Purpose).HasColumnName("Data").HasMaxLength(-1)
            .HasConversion(purpose => JobPurposeColumn.Write(purpose), text => JobPurposeColumn.Read(text));
        job.Property(j => j.Architecture).HasMaxLength(TrainingJob.MaxArchitecture);
        Json(job.Property(j => j.Metrics));
        Json(job.Property(j => j.History));
        Json(job.Property(j => j.Comparison));
        Json(job.Property(j => j.Source));
        Json(job.Property(j => j.Reproduction));
        job.Property(j => j.DataSha256).HasMaxLength(64);
        job.Property(j => j.VersionName).HasMaxLength(VersionName.MaxLength);
        job.Property(j => j.RequestedBy).HasMaxLength(256);
        job.Property(j => j.ErrorCode).HasMaxLength(64);
        job.Property(j => j.ErrorDetail).HasMaxLength(TrainingJob.MaxErrorDetail)
            .HasConversion(sentence => sentence!.ToStored(TrainingJob.MaxErrorDetail), text => Sentence.FromStored(text));
    }

    private static void Configure(EntityTypeBuilder<ModelVersion> version)
    {
        version.ToTable("model_versions");
        version.Property(v => v.Name).HasMaxLength(VersionName.MaxLength);
        version.HasIndex(v => v.Name).IsUnique();
        version.HasIndex(v => v.JobId).IsUnique();
        version.Property(v => v.DataSource).HasMaxLength(150);
        Json(version.Property(v => v.Metrics));
        Json(version.Property(v => v.Specification));
        Json(version.Property(v => v.Summary));
        Json(version.Property(v => v.Files));
        Json(version.Property(v => v.DataProfile));
    }

    private static void Configure(EntityTypeBuilder<VersionListing> listing)
    {
        listing.ToTable("version_listings");
        listing.HasKey(l => l.VersionId);
        listing.Property(l => l.VersionId).ValueGeneratedNever();
        listing.HasOne(l => l.Version).WithOne().HasForeignKey<VersionListing>(l => l.VersionId).OnDelete(DeleteBehavior.Cascade);
        listing.Property(l => l.Dataset).HasMaxLength(Dataset.MaxName);
        listing.Property(l => l.Note).HasMaxLength(VersionListing.MaxNote);
        listing.Property(l => l.TagText).HasColumnName("Tags")
            .HasMaxLength((VersionListing.MaxTags * (VersionListing.MaxTag + 1)) + 1);
        listing.Property(l => l.SearchText).HasMaxLength(VersionListing.MaxSearchText);
        listing.Ignore(l => l.Tags);
        listing.HasIndex(l => l.Number).IsUnique();

        // For the list with the best version first, and for its filters.
        listing.HasIndex(l => new { l.MacroF1, l.VersionId });
        listing.HasIndex(l => new { l.Dataset, l.VersionId });
        listing.HasIndex(l => new { l.BeatsBaselines, l.VersionId });

        // For the search by a tag: few versions have one. The text search has an index of trigrams, which only PostgreSQL knows, so its
        // migration makes it (ListIndexes).
        listing.HasIndex(l => l.VersionId).HasDatabaseName("IX_version_listings_tagged").HasFilter("\"Tags\" <> ''");
    }

    /// <summary>
    /// Stores a value as one JSON text. Such values are always read and written as a whole and never searched. They are immutable (records
    /// and read-only lists), so a reference comparison detects a change.
    /// </summary>
    private static void Json<T>(PropertyBuilder<T> property) => property
        .HasConversion(
            value => JsonSerializer.Serialize(value, JsonColumn.Options),
            text => JsonSerializer.Deserialize<T>(text, JsonColumn.Options)!,
            new Microsoft.EntityFrameworkCore.ChangeTracking.ValueComparer<T>(
                (a, b) => ReferenceEquals(a, b),
                value => value == null ? 0 : System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(value),
                value => value))
        .HasMaxLength(-1);
}

internal static class JsonColumn
{
    public static JsonSerializerOptions Options { get; } =
        new() { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };
}
