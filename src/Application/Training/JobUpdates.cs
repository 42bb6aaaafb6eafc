using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

internal static class JobUpdates
{
    /// <summary>
    /// Changes a job by compare-and-set. After a concurrent change, the row is read again and <paramref name="change"/> is called again.
    /// Returns null when the job doesn't exist.
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
