namespace ModelOps.Domain.Data;

/// <summary>
/// What is kept of the hospital's reference to a patient: the first 8 bytes of a keyed hash (<see cref="SplitKey.TokenOf"/>). Without the
/// installation's key, a token can't be traced to its reference. The default value stands for an unknown patient.
/// </summary>
/// <param name="Value">The first 8 bytes of the hash, big-endian; 0 for an unknown patient.</param>
public readonly record struct PatientToken(ulong Value)
{
    /// <summary>Maximum length of a reference in characters.</summary>
    public const int MaxReference = 100;

    public bool IsKnown => Value != 0;

    /// <summary>The fold 0..9 of all rows of the patient.</summary>
    public byte Fold => SplitKey.FoldOf(Value);

    /// <summary>The token as a database column has it: the same 64 bits, null for an unknown patient.</summary>
    public long? ToStored() => IsKnown ? unchecked((long)Value) : null;

    public static PatientToken FromStored(long? stored) => new(unchecked((ulong)(stored ?? 0)));

    /// <summary>Excludes the value, so that no log or message has it.</summary>
    public override string ToString() => IsKnown ? "known patient" : "unknown patient";
}
