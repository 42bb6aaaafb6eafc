using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Failures;
using ModelOps.Domain.Predictions;

namespace ModelOps.Application.Predictions;

/// <summary>
/// Bounded in-memory queue of predictions to store. Requests only add to the queue; one writer saves its entries in batches. While the
/// database is unavailable the queue fills up. Predictions that don't fit are dropped and counted.
/// <para>
/// A user may hold as many entries as there are free ones (dynamic thresholds; Choudhury and Hahne, IEEE/ACM Transactions on Networking,
/// 1998). A single user fills half of the queue, the second one half of the rest, and so on: however many batches somebody sends, there is
/// room for the predictions of others.
/// </para>
/// </summary>
public sealed partial class PredictionLog : IDisposable
{
    public const string MeterName = "ModelOps";

    /// <summary>Capacity of the queue: about 20 MB of predictions.</summary>
    public const int Capacity = 100_000;

    /// <summary>
    /// Predictions per transaction. On SQLite all other writers wait for one transaction, which takes some 20 ms with this many.
    /// </summary>
    private const int BatchSize = 2_000;

    /// <summary>Maximum number of attempts to save a batch after environment failures. Other failures aren't retried.</summary>
    private const int Tries = 60;

    /// <summary>
    /// Predictions that are worth a transaction. Larger ones hardly cost less for each prediction, and requests wait for the processor
    /// while one is written.
    /// </summary>
    private const int Worthwhile = 250;

    /// <summary>How often the writer looks whether there are that many.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(10);

    /// <summary>How often it looks before it writes what there is.</summary>
    private const int MaxLooks = 10;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    // No lock: with one, requests that find it taken spin, and on a busy machine they spin for longer than a prediction takes.
    private readonly ConcurrentQueue<Entry> _queue = new();
    private readonly ConcurrentDictionary<string, StrongBox<int>> _held = new(StringComparer.Ordinal);

    [SuppressMessage("Usage", "CA2213", Justification = "It has a handle to dispose only where AvailableWaitHandle is used.")]
    private readonly SemaphoreSlim _arrival = new(0);

    private readonly IServiceScopeFactory _scopes;
    private readonly TimeProvider _time;
    private readonly ILogger<PredictionLog> _logger;
    private readonly Meter _meter;
    private readonly Counter<long> _stored;
    private readonly Counter<long> _dropped;
    private int _waiting;
    private int _announced;
    private volatile bool _completed;

    public PredictionLog(IServiceScopeFactory scopes, TimeProvider time, IMeterFactory meters, ILogger<PredictionLog> logger)
    {
        _scopes = scopes;
        _time = time;
        _logger = logger;
        _meter = meters.Create(MeterName);
        _stored = _meter.CreateCounter<long>("predictions_stored", "{prediction}", "Predictions written to the database.");
        _dropped = _meter.CreateCounter<long>(
            "predictions_dropped", "{prediction}", "Predictions that were answered but not kept, by reason.");
        _meter.CreateObservableGauge("predictions_waiting", () =>
            Volatile.Read(ref _waiting), "{prediction}", "Predictions that wait to be written.");
    }

    /// <summary>Adds a prediction without waiting.</summary>
    /// <param name="user">Whose share of the queue it takes.</param>
    /// <returns>False when the queue or the user's share is full; the prediction is counted as dropped.</returns>
    public bool Add(Prediction prediction, string user)
    {
        var held = _held.GetOrAdd(user, static _ => new StrongBox<int>());
        var (waiting, own) = (Interlocked.Increment(ref _waiting), Interlocked.Increment(ref held.Value));
        if (own + waiting - 1 <= Capacity && !_completed)
        {
            Enqueue(new Entry(prediction, held, null));
            return true;
        }

        Interlocked.Decrement(ref held.Value);
        Interlocked.Decrement(ref _waiting);
        Drop(1, "queue_full");
        return false;
    }

    /// <summary>Waits until all predictions added earlier are written, at most <paramref name="limit"/>.</summary>
    public async Task FlushAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_completed)
        {
            Enqueue(new Entry(null, null, written));
            await Task.WhenAny(written.Task, Task.Delay(limit, _time, cancellationToken));
        }
    }

    /// <summary>Stops accepting predictions. The writer ends after it has written the queue.</summary>
    public void Complete()
    {
        _completed = true;
        _arrival.Release();
    }

    /// <summary>Writes predictions until <see cref="Complete"/>. Called once per process.</summary>
    /// <param name="abandon">Drops the remaining predictions and counts them.</param>
    public async Task WriteAsync(CancellationToken abandon)
    {
        var batch = new List<Prediction>(BatchSize);
        var written = new List<TaskCompletionSource>();
        try
        {
            while (await AnyAsync(abandon))
            {
                for (var look = 0; look < MaxLooks && Volatile.Read(ref _waiting) < Worthwhile && !_completed; look++)
                {
                    await Task.Delay(Gathering, _time, abandon);
                }

                Take(batch, written);
                await StoreAsync(batch, abandon);
                written.ForEach(w => w.TrySetResult());
                batch.Clear();
                written.Clear();
            }
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            do
            {
                Drop(batch.Count, "shutdown");
                batch.Clear();
                Take(batch, written);
            }
            while (batch.Count > 0);
        }
    }

    /// <summary>The semaphore stays usable, because a host that was disposed first calls <see cref="Complete"/> afterwards.</summary>
    public void Dispose() => _meter.Dispose();

    private void Enqueue(Entry entry)
    {
        _queue.Enqueue(entry);
        if (Interlocked.Exchange(ref _announced, 1) == 0)
        {
            _arrival.Release();
        }
    }

    /// <summary>Waits for an entry; false after <see cref="Complete"/>, when all entries are taken.</summary>
    private async Task<bool> AnyAsync(CancellationToken cancellationToken)
    {
        while (_queue.IsEmpty)
        {
            if (_completed)
            {
                return false;
            }

            await _arrival.WaitAsync(cancellationToken);
            Interlocked.Exchange(ref _announced, 0);
        }

        return true;
    }

    private void Take(List<Prediction> batch, List<TaskCompletionSource> written)
    {
        while (batch.Count < BatchSize && _queue.TryDequeue(out var entry))
        {
            if (entry is { Prediction: { } prediction, Held: { } held })
            {
                batch.Add(prediction);
                Interlocked.Decrement(ref held.Value);
                Interlocked.Decrement(ref _waiting);
            }

            if (entry.Written is { } waiting)
            {
                written.Add(waiting);
            }
        }
    }

    private async Task StoreAsync(List<Prediction> batch, CancellationToken abandon)
    {
        for (var attempt = 1; batch.Count > 0; attempt++)
        {
            try
            {
                await using var scope = _scopes.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new StorePredictions(batch, Again: attempt > 1), abandon);
                _stored.Add(batch.Count);
                return;
            }
            catch (Exception exception) when (!abandon.IsCancellationRequested)
            {
                var passes = FailureClassifier.IsDatabaseFailure(exception)
                    || FailureClassifier.Classify(exception) != FailureKind.Other;
                if (!passes || attempt == Tries)
                {
                    LogGivenUp(exception, batch.Count);
                    Drop(batch.Count, passes ? "database" : "defect");
                    return;
                }

                if (attempt == 1)
                {
                    LogAway(exception);
                }

                await Task.Delay(RetryDelay, _time, abandon);
            }
        }
    }

    private void Drop(int count, string reason)
    {
        if (count > 0)
        {
            _dropped.Add(count, new KeyValuePair<string, object?>("reason", reason));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Predictions can't be written at the moment; they wait")]
    private partial void LogAway(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} predictions could not be written and are lost; their answers were given")]
    private partial void LogGivenUp(Exception exception, int count);

    /// <summary>Either a prediction, or a flush request that completes when all earlier entries are written.</summary>
    /// <param name="Held">How many entries the user holds whose prediction it is.</param>
    private readonly record struct Entry(Prediction? Prediction, StrongBox<int>? Held, TaskCompletionSource? Written);
}
