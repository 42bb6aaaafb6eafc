namespace ModelOps.Application.Training;

/// <summary>How long the processes of an installation wait for each other; all of them must be given the same.</summary>
/// <param name="Lease">How long a silent worker keeps its job, by the database's clock.</param>
/// <param name="Reconcile">How often rows, wake-ups and files are brought in line.</param>
/// <param name="Settled">After which time a file that nobody touches, and no row knows, is taken for a dead process's.</param>
public sealed record Timing(TimeSpan Lease, TimeSpan Reconcile, TimeSpan Settled)
{
    /// <summary>A job of a worker that was killed goes on within <see cref="Lease"/> + <see cref="Reconcile"/>.</summary>
    public static Timing Default { get; } = new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1));
}
