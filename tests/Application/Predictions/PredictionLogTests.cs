using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using ModelOps.Application.Predictions;
using ModelOps.Domain.Features;
using ModelOps.Domain.Predictions;
using ModelOps.Domain.Records;
using ModelOps.TestSupport;

namespace ModelOps.Application.Tests.Predictions;

public sealed class PredictionLogOnSqliteTests() : PredictionLogTests(Provider.Sqlite);

public sealed class PredictionLogOnPostgreSqlTests() : PredictionLogTests(Provider.PostgreSql);

public abstract partial class PredictionLogTests(Provider provider) : IAsyncLifetime, IDisposable
{
    private readonly World _world = new(provider);
    private readonly ConcurrentDictionary<string, long> _counts = [];
    private readonly TaskCompletionSource _stored = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MeterListener _listener = new();

    private PredictionLog Log => _world.Services.GetRequiredService<PredictionLog>();

    public async Task InitializeAsync()
    {
        await _world.InitializeAsync();
        var meters = _world.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument is Counter<long>)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            _counts.AddOrUpdate(tags.Length == 0 ? instrument.Name : $"{instrument.Name} {tags[0].Value}", value, (_, sum) => sum + value);
            if (instrument.Name == "predictions_stored")
            {
                _stored.TrySetResult();
            }
        });
        _listener.Start();
    }

    public Task DisposeAsync() => _world.DisposeAsync();

    public void Dispose()
    {
        _listener.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Complete_AfterItWasDisposed_EndsTheWriter()
    {
        var log = Log;
        log.Dispose();
        log.Complete();

        await log.WriteAsync(default);
    }

    [Fact]
    public async Task Complete_WithMoreThanABatchWaiting_WritesThemAll()
    {
        var made = Made(5_000);
        made.ForEach(p => Log.Add(p, "ann"));
        Log.Complete();

        await Log.WriteAsync(default);

        var stored = await _world.UseAsync(db => db.Predictions.AsNoTracking().ToListAsync());
        Assert.Equal(made.Select(p => p.Id).Order(), stored.Select(p => p.Id).Order());
        var one = stored.Single(p => p.Id == made[7].Id);
        Assert.Equal(
            (made[7].Features, made[7].Negative, made[7].Prediabetes, made[7].Diabetes, made[7].Class, made[7].Version, made[7].CreatedAt),
            (one.Features, one.Negative, one.Prediabetes, one.Diabetes, one.Class, one.Version, one.CreatedAt));
        Assert.Null(one.ConfirmedClass);
        Assert.Equal(5_000, _counts["predictions_stored"]);
    }

    [Fact]
    public void Add_WhenOneUserFillsTheQueue_KeepsHalfOfItForOthersAndCountsTheDropped()
    {
        const int half = PredictionLog.Capacity / 2;
        var made = Made(half + 3);

        var kept = made.ConvertAll(p => Log.Add(p, "ann"));
        Assert.Equal([.. Enumerable.Repeat(true, half), false, false, false], kept);
        Assert.Equal(3, _counts["predictions_dropped queue_full"]);

        Assert.Equal(half / 2, made.Take(half).Count(p => Log.Add(p, "bob")));
        Assert.True(Log.Add(made[0], "eve"));
    }

    [Fact]
    public async Task Add_WhenAUsersPredictionsAreWritten_GivesTheShareBack()
    {
        var made = Made(PredictionLog.Capacity / 2 + 1);
        Assert.False(made.ConvertAll(p => Log.Add(p, "ann"))[^1]);

        // Takes the entries out of the queue and drops them.
        await Log.WriteAsync(new CancellationToken(canceled: true));

        Assert.True(Log.Add(made[0], "ann"));
    }

    [Fact]
    public async Task WriteAsync_WhenAbandoned_CountsWhatIsLost()
    {
        Made(4_500).ForEach(p => Log.Add(p, "ann"));

        await Log.WriteAsync(new CancellationToken(canceled: true));

        Assert.Equal(4_500, _counts["predictions_dropped shutdown"]);
    }

    [Fact]
    public async Task FlushAsync_ReturnsWhenWhatWasAddedBeforeIsWritten()
    {
        var writing = Log.WriteAsync(default);
        var made = Made(10);
        made.ForEach(p => Log.Add(p, "ann"));

        await Log.FlushAsync(TimeSpan.FromMinutes(1), default);

        Assert.Equal(10, await _world.UseAsync(db => db.Predictions.CountAsync()));
        Log.Complete();
        await writing;
    }

    /// <summary>Ten times 10 ms for few predictions, so that they share a transaction; none once there are enough.</summary>
    [Theory]
    [InlineData(249, 10)]
    [InlineData(250, 0)]
    public async Task WriteAsync_WaitsForMorePredictions_UnlessThereAreEnough(int waiting, int waits)
    {
        var clock = new CountingClock();
        using var log = new PredictionLog(
            _world.Services.GetRequiredService<IServiceScopeFactory>(),
            clock,
            _world.Services.GetRequiredService<IMeterFactory>(),
            NullLogger<PredictionLog>.Instance);
        Made(waiting).ForEach(p => log.Add(p, "ann"));
        var writing = log.WriteAsync(default);

        await _stored.Task.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal((waiting, waits), (_counts["predictions_stored"], clock.Waits));
        log.Complete();
        await writing;
    }

    [Fact]
    public async Task WriteAsync_WhenTheDatabaseIsAway_WaitsAndWritesEachOnce()
    {
        // The first try goes wrong: the table is away under another name, until it is put back.
        await SqlAsync("ALTER TABLE predictions RENAME TO elsewhere");
        Made(10).ForEach(p => Log.Add(p, "ann"));
        var writing = Log.WriteAsync(default);
        await Log.FlushAsync(TimeSpan.FromMilliseconds(300), default);
        Assert.False(_counts.ContainsKey("predictions_stored"));

        await SqlAsync("ALTER TABLE elsewhere RENAME TO predictions");
        await Log.FlushAsync(TimeSpan.FromMinutes(1), default);

        Assert.Equal(10, await _world.UseAsync(db => db.Predictions.CountAsync()));
        Assert.Equal(10, _counts["predictions_stored"]);
        Assert.DoesNotContain(_counts.Keys, name => name.StartsWith("predictions_dropped", StringComparison.Ordinal));
        Log.Complete();
        await writing;
    }

    [Fact]
    public async Task WriteAsync_WhenTheFailureIsADefect_DropsAtOnceAndCountsTheReason()
    {
        // Services without a mediator: an InvalidOperationException that no waiting cures.
        await using var empty = new ServiceCollection().BuildServiceProvider();
        using var log = new PredictionLog(
            empty.GetRequiredService<IServiceScopeFactory>(),
            _world.Time,
            _world.Services.GetRequiredService<IMeterFactory>(),
            NullLogger<PredictionLog>.Instance);
        Made(10).ForEach(p => log.Add(p, "ann"));
        log.Complete();

        await log.WriteAsync(default).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(10, _counts["predictions_dropped defect"]);
    }

    [Fact]
    public async Task StorePredictions_AgainAfterACommitWhoseAnswerWasLost_WritesEachOnce()
    {
        var made = Made(10);
        await _world.SendAsync(new StorePredictions(made[..4], Again: false));

        await _world.SendAsync(new StorePredictions(made, Again: true));

        Assert.Equal(10, await _world.UseAsync(db => db.Predictions.CountAsync()));
    }

    [Fact]
    public async Task StorePredictions_WithAndWithoutOptionalValues_AreReadBackAndFoundAsTheyWere()
    {
        var at = World.Created.AddTicks(1_234_560);
        var full = Prediction.Create(Guid.CreateVersion7(at), new PatientFeatures(6.1, 50.5, 27.25, Gender.M), [0.1, 0.2, 0.7],
            DiabetesClass.Diabetes, "v20251111_153045", at, referenceToken: long.MinValue);
        full.Confirm(DiabetesClass.Prediabetes, LabelSource.Clinician, "ann@example.org", at.AddDays(1));
        var bare = Made(1, at)[0];

        await _world.SendAsync(new StorePredictions([full, bare], Again: false));

        foreach (var expected in (Prediction[])[full, bare])
        {
            var stored = await _world.UseAsync(db => db.Predictions.AsNoTracking()
                .SingleAsync(p => p.Id == expected.Id && p.CreatedAt == expected.CreatedAt && p.Version == expected.Version
                    && p.ConfirmedSource == expected.ConfirmedSource && p.ReferenceToken == expected.ReferenceToken));
            Assert.Equivalent(expected, stored, strict: true);
        }
    }

    [Fact]
    public async Task RemoveOldPredictions_RemovesTheUnconfirmedOnesOnly()
    {
        var old = Made(6_003, World.Created.AddYears(-3));
        old[0].Confirm(DiabetesClass.Diabetes, LabelSource.Lab, "ann", World.Created);
        var recent = Made(4, _world.Time.GetUtcNow().UtcDateTime.AddDays(-364));
        await _world.SendAsync(new StorePredictions([.. old, .. recent], Again: false));

        var removed = await _world.SendAsync(new RemoveOldPredictions(365));

        Assert.Equal(6_002, removed);
        var left = await _world.UseAsync(db => db.Predictions.Select(p => p.Id).ToListAsync());
        Assert.Equal(recent.Append(old[0]).Select(p => p.Id).Order(), left.Order());
    }

    [Theory]
    [InlineData("INSERT INTO labelled_records (HbA1c, Age, Bmi, Gender, Class, Source, CreatedAt, CreatedBy) VALUES (6, 50, 27, 0, 1, 'Model', '2025-11-11', 'x')", "CK_labelled_records_source")]
    [InlineData("INSERT INTO labelled_records (HbA1c, Age, Bmi, Gender, Class, Source, CreatedAt, CreatedBy) VALUES (6, 50, 27, 0, 1, 'Prediction', '2025-11-11', 'x')", "CK_labelled_records_source")]
    [InlineData("UPDATE labelled_records SET Source = 'Model'", "CK_labelled_records_source")]
    [InlineData("UPDATE labelled_records SET Class = 3", "CK_labelled_records_class")]
    [InlineData("INSERT INTO labelled_records (HbA1c, Age, Bmi, Gender, Class, Source, CreatedAt, CreatedBy, PredictionId) VALUES (6, 50, 27, 0, 1, 'Registered', '2025-11-11', 'x', '01A20B7B-F611-7604-8960-C4362822D712')", "CK_labelled_records_prediction")]
    [InlineData("UPDATE predictions SET ConfirmedClass = Class", "CK_predictions_confirmed")]
    [InlineData("UPDATE predictions SET ConfirmedClass = Class, ConfirmedSource = 'Model', ConfirmedAt = '2025-11-11', ConfirmedBy = 'x'", "CK_predictions_confirmed")]
    [InlineData("UPDATE predictions SET ConfirmedSource = 'Lab', ConfirmedAt = '2025-11-11', ConfirmedBy = 'x'", "CK_predictions_confirmed")]
    public async Task Database_WhenAModelsAnswerWouldBecomeALabel_Refuses(string sql, string constraint)
    {
        await _world.SendAsync(new StorePredictions(Made(1), Again: false));

        var refused = await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => SqlAsync(sql));

        Assert.Contains(constraint, refused.Message, StringComparison.Ordinal);
    }

    private static List<Prediction> Made(int count, DateTime? at = null) =>
    [
        .. Enumerable.Range(0, count).Select(i => Prediction.Create(
            Guid.CreateVersion7(at ?? World.Created), new PatientFeatures(4 + 0.0001 * i, 50, 27, Gender.F), [0.2, 0.3, 0.5],
            DiabetesClass.Diabetes, "v20251111_153045", at ?? World.Created)),
    ];

    private Task<int> SqlAsync(string sql) =>
        _world.UseAsync(db => ((DbContext)((FaultyDatabase)db).Inner).Database.ExecuteSqlRawAsync(Column().Replace(sql, "\"$0\"")));

    /// <summary>PostgreSQL folds a name that isn't quoted to small letters. A value stands in quotes already.</summary>
    [GeneratedRegex(@"(?<!')\b(HbA1c|Age|Bmi|Gender|Class|Source|Created\w+|PredictionId|Confirmed\w+)\b")]
    private static partial Regex Column();

    /// <summary>Counts the waits, each of which ends at once.</summary>
    private sealed class CountingClock : TimeProvider
    {
        private int _waits;

        public int Waits => Volatile.Read(ref _waits);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref _waits);
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
