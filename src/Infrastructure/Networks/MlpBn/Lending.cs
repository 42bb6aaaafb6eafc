using ModelOps.Domain.Data;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Networks.MlpBn;

/// <summary>
/// Decides which rows are lent to another side than their fold's. If a class with at least two rows is missing from the test side, its
/// row with the lowest hash is lent to test. If the class is missing from the training side, its row with the highest hash is lent to
/// training. The classes are processed in order. This needs two passes over the rows, in any order and with constant memory:
/// <see cref="Add"/> finds the rows that may be lent, and <see cref="Recheck"/> finds which classes share the hashes of these rows.
/// </summary>
internal sealed class Lending
{
    private readonly ClassRows[] _classes = [.. DiabetesClasses.All.Select(_ => new ClassRows())];
    private readonly Dictionary<ulong, SplitSide> _lent = [];

    /// <summary>First pass: counts a distinct row.</summary>
    public void Add(ulong hash, DiabetesClass label)
    {
        var rows = _classes[(int)label];
        rows.Count++;
        rows.Sides[(int)OwnSide(hash)]++;
        rows.Lowest = Math.Min(rows.Lowest, hash);
        rows.Highest = Math.Max(rows.Highest, hash);
    }

    /// <summary>Second pass: notes a row with the hash (and so the inputs) of a row that may be lent, of this or another class.</summary>
    public void Recheck(ulong hash, DiabetesClass label)
    {
        if (Array.Exists(_classes, rows => rows.Count > 0 && (rows.Lowest == hash || rows.Highest == hash)))
        {
            _classes[(int)label].MayBeLent.Add(hash);
        }
    }

    /// <summary>Decides the lending. Must be called after both passes.</summary>
    public void Lend()
    {
        foreach (var rows in _classes.Where(rows => rows.Count >= 2))
        {
            LendTo(SplitSide.Test, rows, rows.Lowest);
            LendTo(SplitSide.Training, rows, rows.Highest);
        }
    }

    /// <summary>Whether no row is lent, so that every row is on the side of its fold.</summary>
    public bool IsEmpty => _lent.Count == 0;

    public SplitSide SideOf(ulong hash) => _lent.TryGetValue(hash, out var side) ? side : OwnSide(hash);

    private void LendTo(SplitSide side, ClassRows rows, ulong hash)
    {
        var present = rows.Sides[(int)side]
            + rows.MayBeLent.Count(h => SideOf(h) == side && OwnSide(h) != side)
            - rows.MayBeLent.Count(h => SideOf(h) != side && OwnSide(h) == side);
        if (present == 0)
        {
            _lent[hash] = side;
        }
    }

    private static SplitSide OwnSide(ulong hash) => DataSplit.SideOf(SplitKey.FoldOf(hash));

    private sealed class ClassRows
    {
        public long Count { get; set; }

        public long[] Sides { get; } = new long[3];

        public ulong Lowest { get; set; } = ulong.MaxValue;

        public ulong Highest { get; set; }

        public List<ulong> MayBeLent { get; } = [];
    }
}
