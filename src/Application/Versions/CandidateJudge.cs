using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Abstractions;
using ModelOps.Domain;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Versions;

/// <summary>
/// Compares a version that has just been made with the one in service. What it says is advice: whatever goes wrong, the new version
/// is published without it. In a scope of its own, beside whoever works on the job.
/// </summary>
public sealed partial class CandidateJudge(IServiceScopeFactory scopes, ILogger<CandidateJudge> logger)
{
    /// <param name="candidate">Its files are in place; its row may not be there yet.</param>
    /// <returns>Null when no version is in service, or they can't be compared.</returns>
    public async Task<VersionComparison?> CompareWithActiveAsync(ModelVersion candidate, CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var active = await scope.ServiceProvider.GetRequiredService<IModelOpsDbContext>().ActiveModels.AsNoTracking()
                .Select(a => a.Version).SingleOrDefaultAsync(cancellationToken);
            return active is null
                ? null
                : await scope.ServiceProvider.GetRequiredService<VersionComparer>().CompareAsync(active, candidate, cancellationToken);
        }
        catch (RefusalException refusal)
        {
            LogRefused(candidate.Name, refusal.Code);
            return null;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(exception, candidate.Name);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Version} was not compared with the version in service: {Code}")]
    private partial void LogRefused(string version, string code);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Version} could not be compared with the version in service")]
    private partial void LogFailed(Exception exception, string version);
}
