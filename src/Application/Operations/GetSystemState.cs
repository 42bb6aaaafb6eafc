using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Operations;

/// <summary>How the installation is, as far as the answering process sees it.</summary>
public sealed record GetSystemState : IRequest<SystemState>;

/// <param name="Jobs">The number of trainings by state; null while the database can't be reached.</param>
/// <param name="Errors">Of the answering process only.</param>
public sealed record SystemState(
    DatabaseState Database,
    StorageState Storage,
    MemoryState Memory,
    IReadOnlyList<WorkerState> Workers,
    IReadOnlyDictionary<JobStatus, int>? Jobs,
    IReadOnlyList<LoggedError> Errors,
    string Process);

internal sealed class GetSystemStateHandler(IModelOpsDbContext db, ISystemProbe probe) : IRequestHandler<GetSystemState, SystemState>
{
    public async Task<SystemState> Handle(GetSystemState request, CancellationToken cancellationToken)
    {
        var database = await probe.DatabaseAsync(cancellationToken);
        return new SystemState(
            database,
            probe.Storage(),
            probe.Memory(),
            database.IsReachable ? probe.Workers() : [],
            database.IsReachable ? await JobsAsync(cancellationToken) : null,
            probe.Errors(),
            string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"{Environment.MachineName}, process {Environment.ProcessId}"));
    }

    private async Task<IReadOnlyDictionary<JobStatus, int>> JobsAsync(CancellationToken cancellationToken)
    {
        var counts = await db.Jobs.AsNoTracking().GroupBy(j => j.Status)
            .Select(g => new { Status = g.Key, Count = g.Count() }).ToListAsync(cancellationToken);
        return Enum.GetValues<JobStatus>().ToDictionary(s => s, s => counts.SingleOrDefault(c => c.Status == s)?.Count ?? 0);
    }
}
