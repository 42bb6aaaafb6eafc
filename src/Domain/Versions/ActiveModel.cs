namespace ModelOps.Domain.Versions;

public enum ActivationKind
{
    Activate = 0,
    Rollback = 1,
    Automatic = 2,
}

/// <summary>
/// The pointer to the version in service: one row, so two active versions can't be written down.
/// <see cref="ActivationNumber"/> counts activations and is what a compare-and-set compares.
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

    /// <summary>The activation that set the pointer.</summary>
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

/// <summary>One change of the active version: who, when, from, to, why, how. Names outlive deleted versions.</summary>
public sealed class Activation
{
    public const int MaxReason = 500;

    private Activation()
    {
    }

    public long Id { get; private set; }

    /// <summary>The pointer's activation number after this change; unique, so of two changes at once only one is written.</summary>
    public long ActivationNumber { get; private set; }

    public DateTime At { get; private set; }

    public string By { get; private set; } = "";

    public string? From { get; private set; }

    public string To { get; private set; } = "";

    public string? Reason { get; private set; }

    public ActivationKind Kind { get; private set; }

    /// <summary>
    /// The activation that a rollback from here returns to. A rollback takes over the preceding one of its target, so that
    /// rolling back twice goes back two steps and never forward to the version that disappointed.
    /// </summary>
    public long? PrecedingId { get; private set; }

    public static Activation Forward(Activation? current, string to, string by, string? reason, ActivationKind kind, DateTime now) => new()
    {
        ActivationNumber = (current?.ActivationNumber ?? 0) + 1,
        At = now,
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
        At = now,
        By = by,
        From = current.To,
        To = target.To,
        Reason = reason,
        Kind = ActivationKind.Rollback,
        PrecedingId = target.PrecedingId,
    };
}
