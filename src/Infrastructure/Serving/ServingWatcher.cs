using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Versions;

namespace ModelOps.Infrastructure.Serving;

/// <summary>Keeps this process's serving model equal to the database's pointer; a version that can't be loaded is tried again.</summary>
internal sealed partial class ServingWatcher(IServiceScopeFactory scopes, ServingModel serving, ILogger<ServingWatcher> logger)
{
    public async Task SyncAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var state = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new SyncServingModel(serving.Epoch), cancellationToken);
        if (state.Problem != serving.Problem)
        {
            serving.Report(state.Problem);
            if (state.Problem is { } problem)
            {
                LogProblem(problem);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The active version can't be loaded: {Problem}")]
    private partial void LogProblem(string problem);
}
