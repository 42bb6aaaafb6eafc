using System.Text.Json;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Domain.Tests.Data;
using Xunit.Abstractions;

namespace ModelOps.Domain.Tests.Evaluation;

public class ModelComparisonTests(ITestOutputHelper output)
{
    /// <summary>The rows of <c>reference.py</c>'s comparison_interval: truth, baseline, candidate, how often.</summary>
    private static readonly (string Row, int Count)[] Reference =
    [
        ("NNN", 60), ("NPN", 12), ("NNP", 5), ("NYP", 3), ("PPP", 20), ("PNP", 9), ("PPY", 4), ("PNN", 7),
        ("YYY", 70), ("YPY", 8), ("YYN", 2),
    ];

    private static readonly JsonSerializerOptions Shown = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    [Fact]
    public void Compare_WhenVersionsDiffer_CountsWhoIsRight()
    {
        var comparison = Compare(Reference);

        Assert.Equal(200, comparison.Rows);

        // Both right NNN + PPP + YYY; candidate only NPN + PNP + YPY; baseline only NNP + PPY + YYN; neither NYP + PNN.
        Assert.Equal(new ComparisonTable(150, 29, 11, 10), comparison.Table);

        // From N: NNN + PNN stay, NNP + PNP. From P: NPN, PPP, PPY + YPY. From Y: YYN, NYP, YYY.
        Assert.Equal([[67, 14, 0], [12, 20, 12], [2, 3, 70]], comparison.ClassChanges);
        Assert.Equal(7 / 80.0, comparison.RecallChange[DiabetesClass.Negative]!.Value, 12); // 72 − 65 of 80
        Assert.Equal(5 / 40.0, comparison.RecallChange[DiabetesClass.Prediabetes]!.Value, 12); // 29 − 24 of 40
        Assert.Equal(6 / 80.0, comparison.RecallChange[DiabetesClass.Diabetes]!.Value, 12); // 78 − 72 of 80
    }

    [Fact]
    public void Compare_WhenResampled_AgreesWithResamplingRowIndices()
    {
        var delta = Compare(Reference).DeltaMacroF1;

        // Value by scikit-learn; interval by numpy over 20,000 resamples of row indices, with its own noise of about 0.001.
        Assert.Equal(0.1009018028185863, delta.Value, 12);
        Assert.InRange(delta.Low, 0.0312 - 0.004, 0.0312 + 0.004);
        Assert.InRange(delta.High, 0.1705 - 0.004, 0.1705 + 0.004);
    }

    [Fact]
    public void Compare_WhenEachClassHasOneOutcome_HasAnIntervalWithoutWidth()
    {
        // Resamples are stratified by true class and take both versions' predictions of a row together.
        var delta = Compare(("NNN", 30), ("PNP", 10), ("YYY", 20)).DeltaMacroF1;

        // 1 − (60/70 + 0 + 1)/3: the baseline calls all ten P rows N.
        Assert.Equal(1 - ((60 / 70.0) + 1) / 3, delta.Value, 12);
        Assert.Equal((delta.Value, delta.Value), (delta.Low, delta.High));
    }

    [Fact]
    public void Compare_WhenCandidateIsBetter_SuggestsItsActivation()
    {
        var comparison = Compare(Reference);

        Assert.Equal(ComparisonVerdict.Better, comparison.Verdict);
        Assert.True(comparison.SuggestActivation);
        Assert.Null(comparison.RowsNeeded);
    }

    [Fact]
    public void Compare_WhenSidesAreExchanged_IsMirrored()
    {
        var forward = Compare(Reference);
        var backward = Compare([.. Reference.Select(r => ($"{r.Row[0]}{r.Row[2]}{r.Row[1]}", r.Count))]);

        Assert.Equal(ComparisonVerdict.Worse, backward.Verdict);
        Assert.False(backward.SuggestActivation);
        Assert.Equal(forward.PValue, backward.PValue);
        Assert.Equal(-forward.DeltaMacroF1.Value, backward.DeltaMacroF1.Value, 12);
        Assert.Equal(-forward.DeltaMacroF1.Low, backward.DeltaMacroF1.High, 2);
    }

    [Fact]
    public void Compare_WhenBetterButDiabetesIsFoundLessOften_DoesntSuggestActivation()
    {
        var comparison = Compare(("NNN", 60), ("NPN", 30), ("PPP", 20), ("PNP", 20), ("YYY", 70), ("YYP", 1));

        Assert.Equal(ComparisonVerdict.Better, comparison.Verdict);
        Assert.Equal(-1 / 71.0, comparison.RecallChange[DiabetesClass.Diabetes]!.Value, 12);
        Assert.False(comparison.SuggestActivation);
    }

    [Fact]
    public void Compare_WhenBetterButNobodyHasDiabetes_DoesntSuggestActivation()
    {
        var comparison = Compare(("NNN", 60), ("NPN", 30), ("PPP", 20), ("PNP", 20));

        Assert.Equal(ComparisonVerdict.Better, comparison.Verdict);
        Assert.Null(comparison.RecallChange[DiabetesClass.Diabetes]);
        Assert.False(comparison.SuggestActivation);
    }

    [Fact]
    public void Compare_WhenAlmostAllRowsAgree_IsEquivalent()
    {
        var comparison = Compare(("NNN", 1_000), ("PPP", 1_000), ("YYY", 1_000), ("NPN", 5), ("NNP", 5), ("YPY", 5), ("YYP", 5));

        Assert.Equal(ComparisonVerdict.Equivalent, comparison.Verdict);
        Assert.Null(comparison.RowsNeeded);
    }

    [Fact]
    public void Compare_WhenTheIntervalIsWide_IsUndecidedAndSaysHowManyRowsWouldDo()
    {
        var comparison = Compare(("NNN", 40), ("PPP", 40), ("YYY", 40), ("NPN", 5), ("NNP", 5), ("YPY", 5), ("YYP", 5));

        Assert.Equal(ComparisonVerdict.Undecided, comparison.Verdict);
        Assert.Equal(1, comparison.PValue);
        Assert.Equal(McNemar.RowsNeeded(20, 140, 0.02), comparison.RowsNeeded);
    }

    [Fact]
    public void Compare_WhenOnlyTheLowerEndLeavesTheMargin_IsUndecided()
    {
        var comparison = Compare(("NNN", 300), ("PPP", 300), ("YYY", 300), ("NPN", 4), ("NNP", 12), ("YPY", 4), ("YYP", 6));

        Assert.InRange(comparison.DeltaMacroF1.Low, -0.05, -0.0201);
        Assert.InRange(comparison.DeltaMacroF1.High, 0, 0.02);
        Assert.Equal(ComparisonVerdict.Undecided, comparison.Verdict);
    }

    [Fact]
    public void Compare_WhenASmallClassGainsWhatALargeOneLoses_IsUndecidedForWantOfAccuracy()
    {
        // Ten rows right instead of wrong and ten the other way: macro F1 rises clearly, McNemar's test sees no difference.
        var comparison = Compare(("NNN", 500), ("PPP", 20), ("PNP", 10), ("YYY", 500), ("YYN", 10));

        Assert.InRange(comparison.DeltaMacroF1.Low, 0.01, 0.2);
        Assert.Equal(1, comparison.PValue);
        Assert.Equal(ComparisonVerdict.Undecided, comparison.Verdict);
    }

    [Theory]
    [InlineData(5, ComparisonVerdict.NotEnoughData)]
    [InlineData(6, ComparisonVerdict.Better)]
    public void Compare_WhenDiscordantRowsAreFew_NeedsSixForAVerdict(int discordant, ComparisonVerdict expected)
    {
        var comparison = Compare(("NNN", 20), ("PPP", 20), ("YYY", 20), ("NPN", discordant));

        Assert.Equal(expected, comparison.Verdict);
        Assert.Equal(expected == ComparisonVerdict.NotEnoughData, comparison.RowsNeeded is > 0);
    }

    [Fact]
    public void Compare_WhenVersionsAgreeEverywhere_HasNoDifferenceAndNotEnoughData()
    {
        var comparison = Compare(("NNN", 20), ("PPN", 3), ("YYY", 20), ("PNP", 3));
        var same = Compare(("NNN", 20), ("PNN", 3), ("YYY", 20));

        Assert.Equal(0, comparison.DeltaMacroF1.Value, 12);
        Assert.Equal(new MetricDelta(0, 0, 0), same.DeltaMacroF1);
        Assert.Equal((1.0, 1.0), (same.PValue, same.MidP));
        Assert.Equal(ComparisonVerdict.NotEnoughData, same.Verdict);
    }

    [Fact]
    public void Compare_WhenRepeatedInAnotherOrder_GivesTheSame()
    {
        string Run(IEnumerable<(string, int)> rows) => JsonSerializer.Serialize(Compare([.. rows]));

        Assert.Equal(Run(Reference), Run(Reference.Reverse()));
    }

    [Fact]
    public void Compare_WhenListsDontMatch_Throws()
    {
        DiabetesClass[] one = [DiabetesClass.Negative], two = [DiabetesClass.Negative, DiabetesClass.Diabetes];

        Assert.Throws<ArgumentException>(() => ModelComparison.Compare([], [], [], 1));
        Assert.Throws<ArgumentException>(() => ModelComparison.Compare(two, one, two, 1));
        Assert.Throws<ArgumentException>(() => ModelComparison.Compare(two, two, one, 1));
        Assert.Throws<ArgumentException>(() => ModelComparison.Compare(one, one, [(DiabetesClass)3], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ModelComparison.Compare(one, one, one, 1, resamples: 0));
    }

    [Fact]
    public void Compare_WhenShownInSnakeCase_HasTheContractsNames()
    {
        var json = JsonSerializer.SerializeToElement(Compare(Reference), Shown);

        Assert.Equal(
            [
                "rows", "table", "p_value", "mid_p", "delta_macro_f1", "class_changes", "recall_change", "verdict",
                "suggest_activation", "rows_needed",
            ],
            json.EnumerateObject().Select(p => p.Name));
        Assert.Equal(
            ["both_right", "only_candidate_right", "only_baseline_right", "both_wrong"],
            json.GetProperty("table").EnumerateObject().Select(p => p.Name));
        Assert.Equal(["value", "low", "high"], json.GetProperty("delta_macro_f1").EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public void Compare_WhenVersionsAreEquallyGood_CallsFewBetter()
    {
        const int Pairs = 10_000;
        var random = new SeededRandom(7, RandomPurpose.Sample);
        int better = 0, worse = 0, undecidable = 0;
        for (var pair = 0; pair < Pairs; pair++)
        {
            var (truth, baseline, candidate) = Simulate(random, rows: 200, baselineRight: 0.85, candidateRight: 0.85);
            var verdict = ModelComparison.Compare(truth, baseline, candidate, seed: pair, resamples: 200).Verdict;
            better += verdict == ComparisonVerdict.Better ? 1 : 0;
            worse += verdict == ComparisonVerdict.Worse ? 1 : 0;
            undecidable += verdict == ComparisonVerdict.NotEnoughData ? 1 : 0;
        }

        output.WriteLine($"better {better}, worse {worse}, not enough data {undecidable} of {Pairs}");
        Assert.InRange(better, 1, Pairs * 5 / 100);
        Assert.Equal(0, undecidable);
    }

    [Fact]
    public void Compare_WhenTenPointsBetterOnManyRows_FindsIt()
    {
        var random = new SeededRandom(8, RandomPurpose.Sample);
        var found = 0;
        for (var pair = 0; pair < 100; pair++)
        {
            var (truth, baseline, candidate) = Simulate(random, rows: 1_000, baselineRight: 0.8, candidateRight: 0.9);
            found += ModelComparison.Compare(truth, baseline, candidate, seed: pair, resamples: 1_000).Verdict == ComparisonVerdict.Better ? 1 : 0;
        }

        output.WriteLine($"found {found} of 100");
        Assert.InRange(found, 99, 100);
    }

    private static (DiabetesClass[] Truth, DiabetesClass[] Baseline, DiabetesClass[] Candidate) Simulate(
        SeededRandom random, int rows, double baselineRight, double candidateRight)
    {
        DiabetesClass Guess(DiabetesClass truth, double right) =>
            random.NextDouble() < right ? truth : (DiabetesClass)(((int)truth + 1 + random.NextInt32(2)) % DiabetesClasses.Count);

        var truth = new DiabetesClass[rows];
        var baseline = new DiabetesClass[rows];
        var candidate = new DiabetesClass[rows];
        for (var i = 0; i < rows; i++)
        {
            // Shares like those of clinical data: few prediabetic rows.
            truth[i] = random.NextDouble() switch { < 0.35 => DiabetesClass.Negative, < 0.5 => DiabetesClass.Prediabetes, _ => DiabetesClass.Diabetes };
            baseline[i] = Guess(truth[i], baselineRight);
            candidate[i] = Guess(truth[i], candidateRight);
        }

        return (truth, baseline, candidate);
    }

    private static ModelComparison Compare(params (string Row, int Count)[] rows)
    {
        DiabetesClass[] Column(int index) => [.. rows.SelectMany(r => Enumerable.Repeat(Class(r.Row[index]), r.Count))];

        return ModelComparison.Compare(Column(0), Column(1), Column(2), seed: 42);
    }

    private static DiabetesClass Class(char letter) =>
        DiabetesClasses.TryParse([letter], out var value) ? value : throw new ArgumentException("Unknown letter.");
}
