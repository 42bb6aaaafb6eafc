using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Users;
using ModelOps.Infrastructure.Persistence;
using ModelOps.Infrastructure.Startup;

namespace ModelOps.Infrastructure.Identity;

/// <summary>Collects which sessions and tokens were used, so that no request waits for the write. Thread-safe.</summary>
internal sealed class LastUse(TimeProvider time)
{
    private readonly ConcurrentDictionary<Guid, DateTime> _sessions = new();
    private readonly ConcurrentDictionary<Guid, DateTime> _tokens = new();

    public void OfSession(Guid id) => _sessions[id] = time.GetUtcNow().UtcDateTime;

    public void OfToken(Guid id) => _tokens[id] = time.GetUtcNow().UtcDateTime;

    /// <summary>Returns what was used since the last call, and forgets it.</summary>
    public (IReadOnlyList<KeyValuePair<Guid, DateTime>> Sessions, IReadOnlyList<KeyValuePair<Guid, DateTime>> Tokens) Take() =>
        (Take(_sessions), Take(_tokens));

    private static List<KeyValuePair<Guid, DateTime>> Take(ConcurrentDictionary<Guid, DateTime> used)
    {
        var taken = new List<KeyValuePair<Guid, DateTime>>();
        foreach (var id in used.Keys)
        {
            if (used.TryRemove(id, out var at))
            {
                taken.Add(new(id, at));
            }
        }

        return taken;
    }
}

/// <summary>Writes the times of last use at each interval. A browser's session is prolonged with it.</summary>
internal sealed partial class LastUseWriter(
    LastUse lastUse, SessionTiming timing, IServiceScopeFactory scopes, StartupGate gate, TimeProvider time, ILogger<LastUseWriter> logger)
    : BackgroundService
{
    /// <summary>Rows updated per transaction, a limit that keeps locks short.</summary>
    private const int Chunk = 100;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await gate.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(timing.LastUse, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await WriteAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // The times of this interval are lost. A session or token that is still in use is noted again.
                LogFailed(exception);
            }
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        var (sessions, tokens) = lastUse.Take();
        if (sessions.Count + tokens.Count == 0)
        {
            return;
        }

        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<ModelOpsDbContext>();
        foreach (var chunk in sessions.Chunk(Chunk))
        {
            await database.InTransactionAsync(cancel => WriteSessionsAsync(database, chunk, cancel), cancellationToken);
        }

        foreach (var chunk in tokens.Chunk(Chunk))
        {
            await database.InTransactionAsync(cancel => WriteTokensAsync(database, chunk, cancel), cancellationToken);
        }
    }

    private static async Task<int> WriteSessionsAsync(
        ModelOpsDbContext database, KeyValuePair<Guid, DateTime>[] sessions, CancellationToken cancellationToken)
    {
        var written = 0;
        foreach (var (id, at) in sessions)
        {
            var expires = at + UserSessions.BrowserLifetime;
            written += await database.Sessions.Where(s => s.Id == id && s.EndedAt == null && s.LastSeenAt < at).ExecuteUpdateAsync(
                s => s.SetProperty(x => x.LastSeenAt, at)
                    .SetProperty(x => x.ExpiresAt, x => x.Kind == SessionKind.Browser ? expires : x.ExpiresAt),
                cancellationToken);
        }

        return written;
    }

    private static async Task<int> WriteTokensAsync(
        ModelOpsDbContext database, KeyValuePair<Guid, DateTime>[] tokens, CancellationToken cancellationToken)
    {
        var written = 0;
        foreach (var (id, at) in tokens)
        {
            written += await database.AccessTokens.Where(t => t.Id == id && (t.LastUsedAt == null || t.LastUsedAt < at))
                .ExecuteUpdateAsync(t => t.SetProperty(x => x.LastUsedAt, at), cancellationToken);
        }

        return written;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The times of last use of sessions and tokens could not be written")]
    private partial void LogFailed(Exception exception);
}
