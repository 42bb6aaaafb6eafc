using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelOps.Application;
using ModelOps.Infrastructure.Startup;

namespace ModelOps.Infrastructure.Jobs;

/// <summary>
/// For how long a retry with the same <c>Idempotency-Key</c> gets the first answer: <c>ModelOps__Idempotency__KeepHours</c>.
/// </summary>
internal sealed record IdempotencyRetentionSettings(int KeepHours)
{
    public const int DefaultKeepHours = 48;
    public const int MaxKeepHours = 8_760;

    /// <exception cref="StartupException">The setting is not a valid number of hours.</exception>
    public static IdempotencyRetentionSettings From(IConfiguration configuration) =>
        new((int)new SettingReader(configuration).Whole("Idempotency:KeepHours", DefaultKeepHours, 1, MaxKeepHours));
}

/// <summary>Deletes old idempotency keys when the service starts and then every ten minutes.</summary>
internal sealed class IdempotencyRetention(
    IdempotencyRetentionSettings settings, IServiceScopeFactory scopes, StartupGate gate, TimeProvider time,
        ILogger<IdempotencyRetention> logger)
    : PeriodicWork(
        (mediator, cancel) => mediator.Send(new RemoveOldIdempotencyKeys(settings.KeepHours), cancel),
        TimeSpan.FromMinutes(10),
        scopes,
        gate,
        time,
        logger);
