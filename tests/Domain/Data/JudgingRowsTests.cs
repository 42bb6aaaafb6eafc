using ModelOps.Domain.Data;
using ModelOps.Domain.Features;
using static ModelOps.Domain.Features.DiabetesClass;

namespace ModelOps.Domain.Tests.Data;

public class JudgingRowsTests
{
    [Fact]
    public void Select_WhenDataIsPlenty_IsTheTestSideOfTheUnion()
    {
        var rows = Rows.Many(2_000);
        DataSplit older = DataSplit.Create(rows[..1_000], Rows.Key), newer = DataSplit.Create(rows[500..], Rows.Key);

        var judging = JudgingRows.Select(rows, Rows.Key, older, newer);

        Assert.Equal(DataSplit.Create(rows, Rows.Key).Test, judging);
    }

    [Fact]
    public void Select_WhenAVersionWasLentATestRowToLearnFrom_LeavesItOut()
    {
        // The older version had two rows of Diabetes, both of the test side, so one of them was lent to its training.
        var lent = Rows.On(SplitSide.Test, Diabetes, 2);
        LabelledExample[] common = [.. Rows.On(SplitSide.Training, Negative, 20), .. Rows.On(SplitSide.Test, Negative, 5)];
        LabelledExample[] newer = [.. common, .. Rows.On(SplitSide.Training, Diabetes, 20), .. lent];
        DataSplit before = DataSplit.Create([.. common, .. lent], Rows.Key), after = DataSplit.Create(newer, Rows.Key);
        var learned = Assert.Single(before.Training, r => r.Class == Diabetes);
        Assert.Contains(learned, after.Test);

        var judging = JudgingRows.Select(newer, Rows.Key, before, after);

        Assert.DoesNotContain(learned, judging);
        Assert.Equal(after.Test.Where(r => r != learned), judging);
    }

    [Fact]
    public void Select_WhenTheUnionLendsARowThatAVersionLearnedFrom_LeavesItOut()
    {
        // No row of Diabetes lies in test, so the union lends its lowest one; to the older version, without that row, another was lent.
        var diabetes = Rows.On(SplitSide.Training, Diabetes, 4);
        LabelledExample[] common = [.. Rows.On(SplitSide.Training, Negative, 20), .. Rows.On(SplitSide.Test, Negative, 5)];
        DataSplit older = DataSplit.Create([.. common, .. diabetes[1..]], Rows.Key), newer = DataSplit.Create([.. common, .. diabetes], Rows.Key);
        Assert.Contains(diabetes[1], older.Test);
        Assert.Contains(diabetes[1], newer.Training);

        var judging = JudgingRows.Select([.. common, .. diabetes], Rows.Key, older, newer);

        Assert.Equal([diabetes[0]], judging.Where(r => r.Class == Diabetes));
        Assert.Empty(judging.Intersect([.. older.Training, .. newer.Training]));
    }

    [Fact]
    public void Select_WhenARowOfAnotherClassHasSeenInputs_LeavesItOut()
    {
        var lent = Rows.On(SplitSide.Test, Diabetes, 2);
        LabelledExample[] common = [.. Rows.On(SplitSide.Training, Negative, 20), .. Rows.On(SplitSide.Test, Negative, 5)];
        var version = DataSplit.Create([.. common, .. lent], Rows.Key);
        var learned = Assert.Single(version.Training, r => r.Class == Diabetes);
        var contradicted = learned with { Class = Prediabetes };

        var judging = JudgingRows.Select([.. common, .. Rows.On(SplitSide.Training, Diabetes, 5), .. lent, contradicted], Rows.Key, version);

        Assert.DoesNotContain(judging, r => r.Features == learned.Features);
    }

    [Fact]
    public void Select_OverManySmallDatasets_NeverJudgesByALearnedRow()
    {
        var random = new SeededRandom(4, RandomPurpose.Sample);
        var (compared, naive) = (0, 0);
        for (var i = 0; i < 300; i++)
        {
            var all = Rows.Many(3_010)[(10 * i)..(10 * i + 14)];
            var older = Split(all[..(6 + random.NextInt32(4))]);
            var newer = Split(all);
            if (older is null || newer is null)
            {
                continue;
            }

            HashSet<PatientFeatures> learned = [.. older.Training.Concat(older.Validation).Concat(newer.Training).Concat(newer.Validation).Select(r => r.Features)];
            naive += newer.Test.Any(r => learned.Contains(r.Features)) ? 1 : 0;
            Assert.DoesNotContain(JudgingRows.Select(all, Rows.Key, older, newer), r => learned.Contains(r.Features));
            compared++;
        }

        Assert.True(compared > 100, $"{compared} comparisons");
        Assert.True(naive > 10, $"the rule only mattered {naive} times");
    }

    private static DataSplit? Split(LabelledExample[] rows)
    {
        try
        {
            return DataSplit.Create(rows, Rows.Key);
        }
        catch (RefusalException)
        {
            return null;
        }
    }
}
