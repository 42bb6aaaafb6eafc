using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Training;
using ModelOps.Infrastructure.Startup;

namespace ModelOps.Infrastructure.Jobs;

/// <summary>Sends <see cref="ReconcileJobs"/> periodically. It recovers jobs of dead workers and lost queue entries.</summary>
internal sealed class Reconciler(
    IServiceScopeFactory scopes, StartupGate gate, Timing timing, TimeProvider time, ILogger<Reconciler> logger)
    : PeriodicWork((mediator, cancel) => mediator.Send(new ReconcileJobs(), cancel), timing.Reconcile, scopes, gate, time, logger);
