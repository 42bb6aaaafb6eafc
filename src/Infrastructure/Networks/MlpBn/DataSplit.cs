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
/// lending: a side without a row of some class gets one from another side. Where patients are known, all rows of a patient are on the same
/// side, and a row whose inputs also occur on the test side is left out of the others (purging).
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
    public static DataSplit Create(TrainingRows rows, SplitKey key)
    {
        var distinct = rows.Distinct;
        var hashes = new (ulong Hash, byte Class, int Row)[distinct.Count];
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = (key.HashOf(distinct[i].Features, rows.PatientOf(i)), (byte)distinct[i].Class, i);
        }

        Array.Sort(hashes);
        var lending = new Lending();
        foreach (var (hash, label, _) in hashes)
        {
            lending.Add(hash, (DiabetesClass)label);
        }

        foreach (var (hash, label, _) in hashes)
        {
            lending.Recheck(hash, (DiabetesClass)label);
        }

        lending.Lend();
        var sides = Array.ConvertAll(hashes, row => lending.SideOf(row.Hash));
        var tested = rows.Patients is null ? [] : hashes.Where((_, i) => sides[i] == SplitSide.Test)
            .Select(row => distinct[row.Row].Features).ToHashSet();
        LabelledExample[] On(SplitSide side) =>
        [
            .. hashes.Where((_, i) => sides[i] == side).Select(row => distinct[row.Row])
                .Where(row => side == SplitSide.Test || !tested.Contains(row.Features)),
        ];
        var split = new DataSplit(On(SplitSide.Training), On(SplitSide.Validation), On(SplitSide.Test));
        return split.Training.Select(r => r.Class).Distinct().Count() >= 2 && split.Test.Count > 0
            ? split
            : throw DataRefusals.NotEnoughClasses();
    }

    /// <param name="duplicates">The number of rows that were left out as duplicates.</param>
    public SplitCounts Count(int duplicates) => new(
        SplitCounts.ByClass(Training), SplitCounts.ByClass(Validation), SplitCounts.ByClass(Test), duplicates);
}
