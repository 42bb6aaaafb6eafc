namespace ModelOps.Application.Training;

/// <summary>
/// Timeouts and intervals for coordination between processes. All processes of an installation must use the same values.
/// </summary>
/// <param name="Lease">Duration of a lease without a heartbeat, measured by the database server's clock.</param>
/// <param name="Reconcile">Interval of the reconciler.</param>
/// <param name="Settled">Age at which an unchanged file without a database row is treated as left over by a dead process.</param>
public sealed record Timing(TimeSpan Lease, TimeSpan Reconcile, TimeSpan Settled)
{
    /// <summary>The defaults. A killed worker's job resumes within <see cref="Lease"/> + <see cref="Reconcile"/>.</summary>
    public static Timing Default { get; } = new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1));
}
