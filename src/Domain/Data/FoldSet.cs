using System.Numerics;

namespace ModelOps.Domain.Data;

/// <summary>A set of the folds 0..9.</summary>
/// <param name="Bits">Bit f is set when fold f is in the set.</param>
public readonly record struct FoldSet(ushort Bits)
{
    public static FoldSet None => default;

    public static FoldSet All { get; } = new((1 << SplitKey.Folds) - 1);

    public bool IsEmpty => Bits == 0;

    public static FoldSet Of(int fold) => new((ushort)(1 << fold));

    public bool Contains(int fold) => (Bits >> fold & 1) != 0;

    public static FoldSet operator |(FoldSet a, FoldSet b) => new((ushort)(a.Bits | b.Bits));

    public static FoldSet operator &(FoldSet a, FoldSet b) => new((ushort)(a.Bits & b.Bits));

    /// <summary>The wanted fold if it is in the set, otherwise the lowest one. The set must not be empty.</summary>
    public int Choose(int wanted) => Contains(wanted) ? wanted : BitOperations.TrailingZeroCount(Bits);
}
