using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Training;
using ModelOps.Infrastructure.Startup;

namespace ModelOps.Infrastructure.Jobs;

/// <summary>Removes old logs of trainers when the service starts and then every six hours.</summary>
internal sealed class AttemptRetention(IServiceScopeFactory scopes, StartupGate gate, TimeProvider time, ILogger<AttemptRetention> logger)
    : PeriodicWork(
        (mediator, cancel) => mediator.Send(new RemoveOldAttempts(), cancel), TimeSpan.FromHours(6), scopes, gate, time, logger);
