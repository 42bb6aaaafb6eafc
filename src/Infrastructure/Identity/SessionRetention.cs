using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Users;
using ModelOps.Infrastructure.Jobs;
using ModelOps.Infrastructure.Startup;

namespace ModelOps.Infrastructure.Identity;

/// <summary>Removes ended sessions, old addresses and old counters when the service starts and then every hour.</summary>
internal sealed class SessionRetention(
    RetentionSettings settings, IServiceScopeFactory scopes, StartupGate gate, TimeProvider time, ILogger<SessionRetention> logger)
    : PeriodicWork(
        (mediator, cancel) => mediator.Send(new RemoveOldSessions(settings.SessionsDays), cancel),
        TimeSpan.FromHours(1),
        scopes,
        gate,
        time,
        logger);
