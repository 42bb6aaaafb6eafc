using System.Runtime.CompilerServices;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

/// <summary>Polls a job's row. Each poll uses its own scope, so that a waiting client holds no database connection.</summary>
public sealed class JobWatcher(IServiceScopeFactory scopes, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Yields the job's current state, then each change up to the job's end.</summary>
    public async IAsyncEnumerable<JobAnswer> FollowAsync(Guid jobId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long? seen = null;
        while (true)
        {
            JobAnswer job;
            await using (var scope = scopes.CreateAsyncScope())
            {
                job = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new GetJob(jobId), cancellationToken);
            }

            if (job.Stamp != seen)
            {
                seen = job.Stamp;
                yield return job;
            }

            if (job.Status.IsFinal())
            {
                yield break;
            }

            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    /// <summary>Waits until the job has ended; null if that takes longer than <paramref name="limit"/>.</summary>
    public async Task<JobAnswer?> WaitAsync(Guid jobId, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await foreach (var job in FollowAsync(jobId, either.Token))
            {
                if (job.Status.IsFinal())
                {
                    return job;
                }
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
        }

        return null;
    }
}
