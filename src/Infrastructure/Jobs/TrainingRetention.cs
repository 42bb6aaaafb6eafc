using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Training;
using ModelOps.Infrastructure.Startup;

namespace ModelOps.Infrastructure.Jobs;

/// <summary>Removes old logs of trainers and old histories of jobs when the service starts and then every six hours.</summary>
internal sealed class TrainingRetention(
    RetentionSettings settings, IServiceScopeFactory scopes, StartupGate gate, TimeProvider time, ILogger<TrainingRetention> logger)
    : PeriodicWork(
        async (mediator, cancel) =>
        {
            await mediator.Send(new RemoveOldAttempts(settings.TrainerLogsDays), cancel);
            if (settings.JobHistoryDays > 0)
            {
                await mediator.Send(new RemoveOldJobHistories(settings.JobHistoryDays), cancel);
            }
        },
        TimeSpan.FromHours(6),
        scopes,
        gate,
        time,
        logger);
