using System.Threading.RateLimiting;
using Microsoft.Data.Sqlite;
using ModelOps.Infrastructure.Files;
using SQLitePCL;

namespace ModelOps.Infrastructure.Persistence;

/// <summary>
/// Lets one writer at a time use an embedded database, in the order of arrival. SQLite itself lets a waiting writer poll, which blocks its
/// thread and is unfair: a series of short transactions can keep others out. Waiters of this gate hold no thread. Thread-safe.
/// </summary>
/// <param name="reserve">Gives up its room if the disk has too little for a small write.</param>
/// <param name="patience">How long a writer waits before the database counts as unavailable.</param>
internal sealed class SqliteWriteGate(StorageReserve reserve, TimeSpan patience) : IDisposable
{
    /// <summary>More writers than any load has; a bound of the memory that waiters use.</summary>
    private const int MostWaiting = 10_000;

    public static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(30);

    private readonly ConcurrencyLimiter _one = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = 1,
        QueueLimit = MostWaiting,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <returns>Disposing lets the next writer in.</returns>
    /// <exception cref="SqliteException">The database is busy (<c>SQLITE_BUSY</c>): the wait took too long.</exception>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            var turn = Admitted(await _one.AcquireAsync(1, limit.Token));
            reserve.MakeRoom();
            return turn;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Busy();
        }
    }

    /// <summary>For the few writes of the framework that aren't asynchronous. Waits on the calling thread.</summary>
    /// <inheritdoc cref="EnterAsync"/>
    public IDisposable Enter() => EnterAsync(CancellationToken.None).GetAwaiter().GetResult();

    public void Dispose() => _one.Dispose();

    private static RateLimitLease Admitted(RateLimitLease lease)
    {
        if (lease.IsAcquired)
        {
            return lease;
        }

        lease.Dispose();
        throw Busy();
    }

    private static SqliteException Busy() => new("Too many writers wait for the database.", raw.SQLITE_BUSY);
}
