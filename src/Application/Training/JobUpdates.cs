using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

internal static class JobUpdates
{
    /// <summary>
    /// Changes a job by compare-and-set: when somebody else changed the row meanwhile, it is read again and
    /// <paramref name="change"/> decides anew. Null when there is no such job.
    /// </summary>
    public static async Task<TrainingJob?> UpdateJobAsync(
        this IModelOpsDbContext db, Guid jobId, Action<TrainingJob> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            db.DiscardChanges();
            var job = await db.Jobs.SingleOrDefaultAsync(j => j.Id == jobId, cancellationToken);
            if (job is null)
            {
                return null;
            }

            change(job);
            try
            {
                await db.SaveChangesAsync(cancellationToken);
                return job;
            }
            catch (DbUpdateConcurrencyException)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }
}
