namespace ModelOps.Application.Training;

/// <summary>How long the processes of an installation wait for each other; all of them must be given the same.</summary>
/// <param name="Lease">How long a silent worker keeps its job, by the database's clock.</param>
/// <param name="Reconcile">How often rows, wake-ups and files are brought in line.</param>
public sealed record Timing(TimeSpan Lease, TimeSpan Reconcile)
{
    /// <summary>A job of a worker that was killed goes on within <see cref="Lease"/> + <see cref="Reconcile"/>: half a minute at most.</summary>
    public static Timing Default { get; } = new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(10));
}
