using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Features;
using ModelOps.Domain.Tests.Data;
using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Networks.MlpBn;
using static ModelOps.Domain.Features.DiabetesClass;

namespace ModelOps.Infrastructure.Tests.Networks.MlpBn;

public sealed class MlpJudgeTests
{
    private static readonly MlpPredictor Predictor = MlpPredictor.Load(SavedNetwork.Weights(4), SavedNetwork.Scaler);

    [Fact]
    public void MembersWithout_WhenDataIsPlenty_JudgesTheTestFoldsAlone()
    {
        var rows = Rows.Many(1_000);
        var judge = Judge(rows);

        Assert.All(rows, r => Assert.Equal(Rows.Key.FoldOf(r.Features) <= 1, MayJudge(judge, r)));
        Assert.All(Rows.Many(2_000)[1_000..], r => Assert.Equal(Rows.Key.FoldOf(r.Features) <= 1, MayJudge(judge, r)));
    }

    [Fact]
    public void MembersWithout_OfATestRowThatWasLentToTraining_Refuses()
    {
        // Both rows of Diabetes lie in test, so the one of the higher hash was lent to training.
        var lent = Rows.In([0, 1], Diabetes, 2);
        var judge = Judge([.. Rows.In([3], Negative, 20), .. Rows.In([0, 1], Negative, 5), .. lent]);

        Assert.True(MayJudge(judge, lent[0]));
        Assert.False(MayJudge(judge, lent[1]));
        Assert.False(MayJudge(judge, lent[1] with { Class = Prediabetes }));
    }

    [Fact]
    public void MembersWithout_OfARowThatWasLentToTest_Judges()
    {
        var diabetes = Rows.In([3, 4, 5], Diabetes, 4);
        var judge = Judge([.. Rows.In([3], Negative, 20), .. Rows.In([0, 1], Negative, 5), .. diabetes]);

        Assert.Equal([true, false, false, false], diabetes.Select(r => MayJudge(judge, r)));
    }

    [Fact]
    public void MembersWithout_OverManySmallDatasets_JudgesExactlyTheTestSideOfTheTraining()
    {
        var random = new SeededRandom(4, RandomPurpose.Sample);
        var (compared, lent) = (0, 0);
        for (var i = 0; i < 300; i++)
        {
            LabelledExample[] rows = Rows.Many(3_010)[(10 * i)..((10 * i) + 6 + random.NextInt32(8))];

            // Some rows share their inputs with a row of another class.
            rows = [.. rows, .. rows.Take(random.NextInt32(3)).Select(r => r with { Class = (DiabetesClass)(((int)r.Class + 1) % 3) })];
            DataSplit split;
            try
            {
                split = DataSplit.Create(new TrainingRows(rows, [.. rows.Select(r => Rows.Key.FoldOf(r.Features))], rows.Length), Rows.Key);
            }
            catch (RefusalException)
            {
                continue;
            }

            var judge = Judge(rows);
            Assert.All(split.Test, r => Assert.True(MayJudge(judge, r)));
            Assert.All(split.Training.Concat(split.Validation), r => Assert.False(MayJudge(judge, r)));
            compared++;
            lent += rows.Any(r => MayJudge(judge, r) != (Rows.Key.FoldOf(r.Features) <= 1)) ? 1 : 0;
        }

        Assert.True(compared > 100, $"{compared} datasets");
        Assert.True(lent > 10, $"only {lent} lent a row");
    }

    private static MlpJudge Judge(LabelledExample[] rows) =>
        new(Predictor, Rows.Key, () => rows.Select(r => new CountedRow(r, 1, Rows.Key.FoldOf(r.Features))));

    private static bool MayJudge(MlpJudge judge, LabelledExample row) =>
        !judge.MembersWithout(new CountedRow(row, 1, Rows.Key.FoldOf(row.Features))).IsEmpty;
}
