using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Records;
using ModelOps.Application.Training;
using ModelOps.Infrastructure.Startup;

namespace ModelOps.Infrastructure.Jobs;

/// <summary>Sends <see cref="SweepImports"/> periodically.</summary>
internal sealed class ImportSweep(
    IServiceScopeFactory scopes, StartupGate gate, Timing timing, TimeProvider time, ILogger<ImportSweep> logger)
    : PeriodicWork((mediator, cancel) => mediator.Send(new SweepImports(), cancel), timing.Settled, scopes, gate, time, logger);
