using ModelOps.Domain.Features;

namespace ModelOps.Domain.Data;

/// <summary>
/// Distinct rows on their three sides. Rows with equal inputs are always on one side, and a row has its side for ever
/// (<see cref="SplitKey"/>), so no version trains on a row that judges it or another version; only a class that would
/// be missing from a side is lent a row.
/// </summary>
public sealed class DataSplit
{
    private DataSplit(LabelledExample[] training, LabelledExample[] validation, LabelledExample[] test, int duplicates)
    {
        Training = training;
        Validation = validation;
        Test = test;
        Duplicates = duplicates;
    }

    public IReadOnlyList<LabelledExample> Training { get; }

    public IReadOnlyList<LabelledExample> Validation { get; }

    public IReadOnlyList<LabelledExample> Test { get; }

    /// <summary>Rows left out because an equal one (inputs and class) is there.</summary>
    public int Duplicates { get; }

    /// <summary>Splits rows given in any order; the result depends on the set of rows and the key alone.</summary>
    /// <exception cref="RefusalException"><c>not_enough_classes</c>: fewer than two classes, or none left to test on.</exception>
    public static DataSplit Create(IEnumerable<LabelledExample> rows, SplitKey key)
    {
        var total = 0;
        var distinct = new HashSet<LabelledExample>();
        foreach (var row in rows)
        {
            total++;
            distinct.Add(row);
        }

        var hashed = distinct
            .Select(row => (Row: row, Hash: key.HashOf(row.Features)))
            .OrderBy(x => x.Hash).ThenBy(x => x.Row.Class)
            .ToArray();
        var sides = new Dictionary<ulong, SplitSide>(hashed.Length);
        foreach (var (_, hash) in hashed)
        {
            sides[hash] = SplitKey.SideOf(hash);
        }

        foreach (var group in hashed.GroupBy(x => x.Row.Class).Where(g => g.Count() >= 2).OrderBy(g => g.Key))
        {
            Lend(group.Select(x => x.Hash).ToArray(), sides);
        }

        LabelledExample[] Side(SplitSide side) => [.. hashed.Where(x => sides[x.Hash] == side).Select(x => x.Row)];
        var split = new DataSplit(
            Side(SplitSide.Training), Side(SplitSide.Validation), Side(SplitSide.Test), total - distinct.Count);
        if (split.Training.Select(r => r.Class).Distinct().Count() < 2 || split.Test.Count == 0)
        {
            throw DataRefusals.NotEnoughClasses();
        }

        return split;
    }

    private static void Lend(ulong[] ascending, Dictionary<ulong, SplitSide> sides)
    {
        if (!ascending.Any(h => sides[h] == SplitSide.Test))
        {
            sides[ascending[0]] = SplitSide.Test;
        }

        if (!ascending.Any(h => sides[h] == SplitSide.Training))
        {
            sides[ascending[^1]] = SplitSide.Training;
        }
    }

    public static IReadOnlyDictionary<DiabetesClass, int> CountByClass(IEnumerable<LabelledExample> rows)
    {
        var counts = DiabetesClasses.All.ToDictionary(c => c, _ => 0);
        foreach (var row in rows)
        {
            counts[row.Class]++;
        }

        return counts;
    }
}
