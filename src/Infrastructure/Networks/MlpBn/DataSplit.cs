using ModelOps.Domain.Data;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;

namespace ModelOps.Infrastructure.Networks.MlpBn;

internal enum SplitSide
{
    Training = 0,
    Validation = 1,
    Test = 2,
}

/// <summary>
/// Splits distinct rows into the three sides of mlp-bn: folds 0 and 1 are the test side, fold 2 is the validation side, and the other
/// folds are the training side. Rows with equal inputs are on the same side, and a row never changes its side. The only exception is
/// lending: a side without a row of some class gets one from another side.
/// </summary>
internal sealed class DataSplit
{
    private DataSplit(LabelledExample[] training, LabelledExample[] validation, LabelledExample[] test)
    {
        Training = training;
        Validation = validation;
        Test = test;
    }

    public IReadOnlyList<LabelledExample> Training { get; }

    public IReadOnlyList<LabelledExample> Validation { get; }

    public IReadOnlyList<LabelledExample> Test { get; }

    public static SplitSide SideOf(int fold) => fold switch
    {
        0 or 1 => SplitSide.Test,
        2 => SplitSide.Validation,
        _ => SplitSide.Training,
    };

    /// <summary>Splits distinct rows. Each side is sorted by the rows' hashes and then by class, ascending.</summary>
    /// <exception cref="Domain.RefusalException">
    /// <c>not_enough_classes</c>: the training side has fewer than two classes, or the test side is empty.
    /// </exception>
    public static DataSplit Create(IReadOnlyList<LabelledExample> distinct, SplitKey key)
    {
        var hashes = new (ulong Hash, byte Class)[distinct.Count];
        var order = new int[distinct.Count];
        for (var i = 0; i < order.Length; i++)
        {
            hashes[i] = (key.HashOf(distinct[i].Features), (byte)distinct[i].Class);
            order[i] = i;
        }

        Array.Sort(hashes, order);
        var lending = new Lending();
        foreach (var (hash, label) in hashes)
        {
            lending.Add(hash, (DiabetesClass)label);
        }

        foreach (var (hash, label) in hashes)
        {
            lending.Recheck(hash, (DiabetesClass)label);
        }

        lending.Lend();
        var sides = Array.ConvertAll(hashes, row => lending.SideOf(row.Hash));
        LabelledExample[] On(SplitSide side) =>
            [.. Enumerable.Range(0, order.Length).Where(i => sides[i] == side).Select(i => distinct[order[i]])];
        var split = new DataSplit(On(SplitSide.Training), On(SplitSide.Validation), On(SplitSide.Test));
        return split.Training.Select(r => r.Class).Distinct().Count() >= 2 && split.Test.Count > 0
            ? split
            : throw DataRefusals.NotEnoughClasses();
    }

    /// <param name="duplicates">The number of rows that were left out as duplicates.</param>
    public SplitCounts Count(int duplicates) => new(
        SplitCounts.ByClass(Training), SplitCounts.ByClass(Validation), SplitCounts.ByClass(Test), duplicates);
}
