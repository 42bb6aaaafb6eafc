using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Features;
using ModelOps.Domain.Tests.Data;
using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Networks.MlpBn;
using static ModelOps.Domain.Features.DiabetesClass;

namespace ModelOps.Infrastructure.Tests.Networks.MlpBn;

public class DataSplitTests
{
    [Fact]
    public void Create_WhenRowsAreAdded_KeepsEveryRowOnItsSide()
    {
        var rows = Rows.Many(3_000);
        var before = SidesOf(Create(rows[..1_000]));
        var after = SidesOf(Create(rows));

        Assert.Equal(1_000, before.Count);
        Assert.All(before, row => Assert.Equal(row.Value, after[row.Key]));
    }

    [Fact]
    public void Create_WhenThereAreManyRows_KeepsAFifthForTheTestAndATenthForValidation()
    {
        var split = Create(Rows.Many(20_000));

        // Standard deviations are √(0.2·0.8/20,000) = 0.0028 and √(0.1·0.9/20,000) = 0.0021; four of them are allowed.
        Assert.InRange(split.Test.Count / 20_000.0, 0.2 - 0.0113, 0.2 + 0.0113);
        Assert.InRange(split.Validation.Count / 20_000.0, 0.1 - 0.0085, 0.1 + 0.0085);
        Assert.Equal(20_000, split.Training.Count + split.Validation.Count + split.Test.Count);
    }

    [Fact]
    public void Create_WhenTheOrderOfRowsDiffers_GivesTheSameSplit()
    {
        var rows = Rows.Many(500);
        var shuffled = rows.ToArray();
        new SeededRandom(3, RandomPurpose.Sample).Shuffle<LabelledExample>(shuffled);

        DataSplit one = Create(rows), other = Create(shuffled);

        Assert.NotEqual(rows, shuffled);
        Assert.Equal(one.Training, other.Training);
        Assert.Equal(one.Validation, other.Validation);
        Assert.Equal(one.Test, other.Test);
    }

    [Fact]
    public void Create_WhenInputsAreEqualAndClassesDiffer_KeepsThemOnOneSide()
    {
        var rows = Rows.Many(600);
        var contradicted = rows.Select(r => r with { Class = (DiabetesClass)(((int)r.Class + 1) % 3) });

        var split = Create([.. rows, .. contradicted]);

        var sides = new[] { split.Training, split.Validation, split.Test }.Select(s => s.Select(r => r.Features).ToHashSet()).ToArray();
        Assert.Equal(600, sides.Sum(s => s.Count));
        Assert.Equal(600, sides.SelectMany(s => s).Distinct().Count());
    }

    [Fact]
    public void Count_WithDuplicates_CountsTheDistinctRowsOfEachSide()
    {
        var counts = Create(Rows.Many(100)).Count(duplicates: 40);

        Assert.Equal(40, counts.Duplicates);
        Assert.Equal(100, counts.Training.Values.Sum() + counts.Validation.Values.Sum() + counts.Test.Values.Sum());
    }

    [Fact]
    public void Create_WhenAClassIsMissingFromTest_LendsItsRowWithTheLowestHash()
    {
        var negative = On(SplitSide.Training, Negative, 3);
        var diabetes = On(SplitSide.Training, Diabetes, 4);

        var split = Create([.. negative, .. diabetes]);

        AssertSameRows([negative[0], diabetes[0]], split.Test);
        AssertSameRows([.. negative[1..], .. diabetes[1..]], split.Training);
    }

    [Fact]
    public void Create_WhenAClassIsMissingFromTraining_LendsItsRowWithTheHighestHash()
    {
        var negative = On(SplitSide.Test, Negative, 3);
        var diabetes = On(SplitSide.Test, Diabetes, 2);

        var split = Create([.. negative, .. diabetes]);

        AssertSameRows([negative[2], diabetes[1]], split.Training);
        AssertSameRows([.. negative[..2], diabetes[0]], split.Test);
    }

    [Fact]
    public void Create_WhenAClassHasOnlyValidationRows_LendsBothOtherSides()
    {
        var negative = On(SplitSide.Validation, Negative, 3);
        var diabetes = On(SplitSide.Validation, Diabetes, 3);

        var split = Create([.. negative, .. diabetes]);

        AssertSameRows([negative[0], diabetes[0]], split.Test);
        AssertSameRows([negative[1], diabetes[1]], split.Validation);
        AssertSameRows([negative[2], diabetes[2]], split.Training);
    }

    [Fact]
    public void Create_WhenAClassHasASingleRow_LendsNothingOfIt()
    {
        var prediabetes = On(SplitSide.Training, Prediabetes, 1);

        var split = Create(
            [.. prediabetes, .. On(SplitSide.Training, Negative, 3), .. On(SplitSide.Training, Diabetes, 3)]);

        Assert.Contains(prediabetes[0], split.Training);
        Assert.Equal(0, split.Count(0).Test[Prediabetes]);
    }

    [Fact]
    public void Create_WhenThereIsOneClass_Refuses() => AssertRefused([.. Rows.Many(300).Where(r => r.Class == Negative)]);

    [Fact]
    public void Create_WhenThereAreNoRows_Refuses() => AssertRefused([]);

    [Fact]
    public void Create_WhenTheSecondClassIsOnlyInTest_Refuses() =>
        AssertRefused([.. On(SplitSide.Training, Negative, 5), .. On(SplitSide.Test, Diabetes, 1)]);

    [Fact]
    public void Create_WhenNothingIsLeftToTestOn_Refuses() =>
        AssertRefused([.. On(SplitSide.Training, Negative, 1), .. On(SplitSide.Training, Diabetes, 1)]);

    private static DataSplit Create(LabelledExample[] rows) =>
        DataSplit.Create(new TrainingRows(rows, [.. rows.Select(r => Rows.Key.FoldOf(r.Features))], rows.Length), Rows.Key);

    private static void AssertRefused(LabelledExample[] rows)
    {
        var refusal = Assert.Throws<RefusalException>(() => Create(rows));
        Assert.Equal("not_enough_classes", refusal.Code);
        Assert.Equal(RefusalKind.Unprocessable, refusal.Kind);
    }

    private static void AssertSameRows(LabelledExample[] expected, IReadOnlyList<LabelledExample> actual) =>
        Assert.Equal(expected.OrderBy(r => Rows.Key.HashOf(r.Features)), actual);

    private static Dictionary<LabelledExample, SplitSide> SidesOf(DataSplit split) =>
        split.Training.Select(r => (r, SplitSide.Training))
            .Concat(split.Validation.Select(r => (r, SplitSide.Validation)))
            .Concat(split.Test.Select(r => (r, SplitSide.Test)))
            .ToDictionary();

    private static LabelledExample[] On(SplitSide side, DiabetesClass value, int count) =>
        Rows.In([.. Enumerable.Range(0, SplitKey.Folds).Where(fold => DataSplit.SideOf(fold) == side)], value, count);
}
