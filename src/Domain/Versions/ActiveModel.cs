namespace ModelOps.Domain.Versions;

public enum ActivationKind
{
    Activate = 0,
    Rollback = 1,
    Automatic = 2,
}

/// <summary>
/// The pointer to the active version. Its table has a single row, so two versions can't be active at the same time.
/// <see cref="ActivationNumber"/> counts the activations; updates use it for compare-and-set.
/// </summary>
public sealed class ActiveModel
{
    public const int SingletonId = 1;

    private ActiveModel()
    {
    }

    public int Id { get; private set; } = SingletonId;

    public long VersionId { get; private set; }

    public ModelVersion Version { get; private set; } = null!;

    public long ActivationNumber { get; private set; }

    /// <summary>The activation that set the pointer to its current version.</summary>
    public Activation Activation { get; private set; } = null!;

    public static ActiveModel First(ModelVersion version, Activation activation) => new()
    {
        VersionId = version.Id,
        Version = version,
        ActivationNumber = activation.ActivationNumber,
        Activation = activation,
    };

    public void PointTo(ModelVersion version, Activation activation)
    {
        VersionId = version.Id;
        Version = version;
        ActivationNumber = activation.ActivationNumber;
        Activation = activation;
    }
}

/// <summary>
/// One change of the active version, for the activation history. It stores the names of versions, so it stays valid after a version is
/// deleted.
/// </summary>
public sealed class Activation
{
    public const int MaxReason = 500;

    private Activation()
    {
    }

    public long Id { get; private set; }

    /// <summary>
    /// The <see cref="ActiveModel.ActivationNumber"/> after this change. It is unique, so only one of two concurrent changes succeeds.
    /// </summary>
    public long ActivationNumber { get; private set; }

    public DateTime At { get; private set; }

    public string By { get; private set; } = "";

    public string? From { get; private set; }

    public string To { get; private set; } = "";

    public string? Reason { get; private set; }

    public ActivationKind Kind { get; private set; }

    /// <summary>
    /// The activation to which a rollback from this activation returns. A rollback copies the value of its target. Two rollbacks
    /// therefore go back two steps; the second one doesn't return to the version that the first one replaced.
    /// </summary>
    public long? PrecedingId { get; private set; }

    public static Activation Forward(Activation? current, string to, string by, string? reason, ActivationKind kind, DateTime now) => new()
    {
        ActivationNumber = (current?.ActivationNumber ?? 0) + 1,
        At = NotBefore(current, now),
        By = by,
        From = current?.To,
        To = to,
        Reason = reason,
        Kind = kind,
        PrecedingId = current?.Id,
    };

    public static Activation BackTo(Activation current, Activation target, string by, string? reason, DateTime now) => new()
    {
        ActivationNumber = current.ActivationNumber + 1,
        At = NotBefore(current, now),
        By = by,
        From = current.To,
        To = target.To,
        Reason = reason,
        Kind = ActivationKind.Rollback,
        PrecedingId = target.PrecedingId,
    };

    /// <summary>The clock may have been set back since the current activation. The history's order is kept nevertheless.</summary>
    private static DateTime NotBefore(Activation? current, DateTime now) => current is not null && now < current.At ? current.At : now;
}
