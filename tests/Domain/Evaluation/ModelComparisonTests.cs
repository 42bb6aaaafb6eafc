using System.Text.Json;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
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
        string Stored(IEnumerable<(string, int)> rows) =>
            JsonSerializer.Serialize(Compare([.. rows]) with { DeltaLogLoss = null, Figures = null, Subgroups = null });

        // Sums of logarithms depend on the order in their last digit; everything that decides is counted.
        Assert.Equal(Stored(Reference), Stored(Reference.Reverse()));
    }

    [Fact]
    public void Complete_WhenRowsOrArgumentsAreMissing_Throws()
    {
        var tally = new ComparisonTally();

        Assert.Throws<InvalidOperationException>(() => tally.Complete(1));
        Assert.Throws<ArgumentException>(() => tally.Add(DiabetesClass.Negative, Patient, [1, 0], [1, 0, 0]));
        Assert.Throws<ArgumentException>(() => tally.Add(DiabetesClass.Negative, Patient, [1, 0, 0], [double.NaN, 0, 0]));
        Assert.Throws<ArgumentException>(() => tally.Add((DiabetesClass)3, Patient, [1, 0, 0], [1, 0, 0]));
        tally.Add(DiabetesClass.Negative, Patient, [1, 0, 0], [1, 0, 0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => tally.Complete(1, resamples: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => tally.Complete(1, earlierLooks: -1));
    }

    [Fact]
    public void Compare_WhenShownInSnakeCase_HasTheContractsNames()
    {
        var json = JsonSerializer.SerializeToElement(Compare(Reference), Shown);

        Assert.Equal(
            [
                "rows", "table", "p_value", "mid_p", "delta_macro_f1", "class_changes", "recall_change", "verdict",
                "suggest_activation", "rows_needed", "delta_log_loss", "figures", "subgroups",
                "significance_level", "earlier_looks", "few_rows",
            ],
            json.EnumerateObject().Select(p => p.Name));
        Assert.Equal(
            ["both_right", "only_candidate_right", "only_baseline_right", "both_wrong"],
            json.GetProperty("table").EnumerateObject().Select(p => p.Name));
        Assert.Equal(["value", "low", "high"], json.GetProperty("delta_macro_f1").EnumerateObject().Select(p => p.Name));
    }

    [Trait("Size", "Large")]
    [Fact]
    public void Compare_WhenVersionsAreEquallyGood_CallsFewBetter()
    {
        const int Pairs = 10_000;
        var random = new SeededRandom(7, RandomPurpose.Sample);
        int better = 0, worse = 0, undecidable = 0;
        for (var pair = 0; pair < Pairs; pair++)
        {
            var (truth, baseline, candidate) = Simulate(random, rows: 200, baselineRight: 0.85, candidateRight: 0.85);
            var verdict = Run(truth, baseline, candidate, seed: pair, resamples: 200).Verdict;
            better += verdict == ComparisonVerdict.Better ? 1 : 0;
            worse += verdict == ComparisonVerdict.Worse ? 1 : 0;
            undecidable += verdict == ComparisonVerdict.NotEnoughData ? 1 : 0;
        }

        output.WriteLine($"better {better}, worse {worse}, not enough data {undecidable} of {Pairs}");
        Assert.InRange(better, 1, Pairs * 5 / 100);
        Assert.Equal(0, undecidable);
    }

    [Trait("Size", "Large")]
    [Fact]
    public void Compare_WhenTenPointsBetterOnManyRows_FindsIt()
    {
        var random = new SeededRandom(8, RandomPurpose.Sample);
        var found = 0;
        for (var pair = 0; pair < 100; pair++)
        {
            var (truth, baseline, candidate) = Simulate(random, rows: 1_000, baselineRight: 0.8, candidateRight: 0.9);
            found += Run(truth, baseline, candidate, seed: pair, resamples: 1_000).Verdict == ComparisonVerdict.Better ? 1 : 0;
        }

        output.WriteLine($"found {found} of 100");
        Assert.InRange(found, 99, 100);
    }

    [Theory]
    [InlineData(7, 1, ComparisonVerdict.Undecided)] // p = 0.0703
    [InlineData(9, 1, ComparisonVerdict.Worse)] // p = 0.0215
    public void Complete_WhenTheIntervalLiesBelowZero_NeedsASmallPToSayWorse(int lost, int won, ComparisonVerdict expected)
    {
        var comparison = Compare(("NNN", 60), ("PPP", 40), ("PPN", lost), ("YYY", 60), ("NPN", won));

        Assert.InRange(comparison.DeltaMacroF1.High, -1, -1e-9);
        Assert.Equal(expected, comparison.Verdict);
    }

    [Theory]
    [InlineData(29, true)]
    [InlineData(30, false)]
    public void Complete_WhenFewRowsMayJudgeBoth_SaysSoAndDecidesNothing(int rows, bool few)
    {
        var comparison = Compare(("NNN", 10), ("NPN", rows - 18), ("YYY", 8));

        Assert.Equal(few, comparison.FewRows);
        Assert.Equal(few ? ComparisonVerdict.NotEnoughData : ComparisonVerdict.Better, comparison.Verdict);
        Assert.Equal(few, comparison.RowsNeeded is > 0);
    }

    [Fact]
    public void Complete_AtALaterLook_NeedsASmallerP()
    {
        var tally = new ComparisonTally();
        foreach (var (row, count) in ((string, int)[])[("NNN", 60), ("PPP", 40), ("YYY", 60), ("NPN", 9), ("NNP", 1)])
        {
            Add(tally, row, count);
        }

        var (first, second) = (tally.Complete(1), tally.Complete(1, earlierLooks: 1));

        // 9 against 1: p = 0.0215 lies between the two levels.
        Assert.Equal((ComparisonVerdict.Better, 0.05), (first.Verdict, first.SignificanceLevel));
        Assert.Equal((ComparisonVerdict.Undecided, 0.02), (second.Verdict, second.SignificanceLevel));
        Assert.Equal(first.PValue, second.PValue);
    }

    [Trait("Size", "Large")]
    [Fact]
    public void Complete_WhenTenEqualVersionsAreTried_SeldomCallsOneBetter()
    {
        const int Simulations = 400;
        var random = new SeededRandom(11, RandomPurpose.Sample);
        var alarms = 0;
        for (var i = 0; i < Simulations; i++)
        {
            // The same 600 patients each time, the baseline's mistakes fixed as those of a version in service are.
            var (truth, baseline, _) = Simulate(random, rows: 600, baselineRight: 0.9, candidateRight: 0.9);
            var alarm = false;
            for (var look = 0; look < 10; look++)
            {
                var candidate = truth.Select(t => Guess(random, t, 0.9)).ToArray();
                alarm |= Run(truth, baseline, candidate, seed: look, resamples: 200, look).Verdict == ComparisonVerdict.Better;
            }

            alarms += alarm ? 1 : 0;
        }

        output.WriteLine($"at least one false alarm in {alarms} of {Simulations}");
        Assert.InRange(alarms, 1, Simulations / 10);
    }

    [Trait("Size", "Large")]
    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void Complete_WhenThreePointsAreGainedOnSixHundredRows_UsuallyFindsIt(int earlierLooks)
    {
        const int Simulations = 400;
        var random = new SeededRandom(12, RandomPurpose.Sample);
        var found = 0;
        for (var i = 0; i < Simulations; i++)
        {
            var (truth, baseline, _) = Simulate(random, rows: 600, baselineRight: 0.9, candidateRight: 0.9);

            // 4 % of rows won and 1 % lost: 5 % discordant, 3 points gained.
            var candidate = truth.Select((t, r) => baseline[r] == t
                ? Guess(random, t, 1 - (0.01 / 0.9))
                : random.NextDouble() < 0.04 / 0.1 ? t : baseline[r]).ToArray();
            found += Run(truth, baseline, candidate, seed: i, resamples: 200, earlierLooks).Verdict == ComparisonVerdict.Better ? 1 : 0;
        }

        output.WriteLine($"found {found} of {Simulations}");
        Assert.InRange(found, Simulations * 75 / 100, Simulations);
    }

    [Fact]
    public void Complete_OfSubgroups_CountsEachPatientInItsOwnThree()
    {
        var tally = new ComparisonTally();
        tally.Add(DiabetesClass.Diabetes, new PatientFeatures(7, 39.9, 25, Gender.F), [.8, .1, .1], [.1, .1, .8]);
        tally.Add(DiabetesClass.Diabetes, new PatientFeatures(7, 40, 25, Gender.F), [.1, .1, .8], [.1, .8, .1]);
        tally.Add(DiabetesClass.Negative, new PatientFeatures(5, 60, 25, Gender.M), [.8, .1, .1], [.8, .1, .1]);

        var comparison = tally.Complete(1);
        var groups = comparison.Subgroups!;

        Assert.Equal(Subgroup.All, groups.Select(g => g.Group));
        Assert.Equal([2, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1], groups.Select(g => g.Rows));
        Assert.Equal((new MissedDiabetes(1, 1, 2), new MissedDiabetes(1, 0, 2)), (groups[0].BaselineMissed, groups[0].CandidateMissed));
        Assert.Null(groups[7].DeltaMacroF1);
        Assert.All(groups, g => Assert.True(g.Few));

        // Both versions' figures are those of the same three rows.
        Assert.Equal((2 / 3.0, 2 / 3.0), (comparison.Figures!.Baseline.Metrics.Accuracy, comparison.Figures.Candidate.Metrics.Accuracy));
        Assert.Equal([[1, 0, 0], [0, 0, 0], [0, 1, 1]], comparison.Figures.Candidate.ConfusionMatrix);
        Assert.Null(comparison.Figures.Candidate.PerClass[2].Recall);
    }

    [Fact]
    public void Complete_OfLogLoss_HasTheNormalIntervalOfTheDifferences()
    {
        var tally = new ComparisonTally();
        foreach (var (age, baseline, candidate) in ((int, double, double)[])[(30, .5, .8), (50, .6, .5), (70, .9, .7), (50, .4, .9)])
        {
            tally.Add(DiabetesClass.Negative, Patient with { Age = age }, [baseline, 1 - baseline, 0], [candidate, 1 - candidate, 0]);
        }

        double[] d = [Math.Log(.5 / .8), Math.Log(.6 / .5), Math.Log(.9 / .7), Math.Log(.4 / .9)];
        var half = 1.959963984540054 * Math.Sqrt(d.Sum(x => Math.Pow(x - d.Average(), 2)) / 3 / 4);
        var comparison = tally.Complete(1);

        Assert.Equal(d.Average(), comparison.DeltaLogLoss!.Value, 12);
        Assert.Equal(d.Average() - half, comparison.DeltaLogLoss.Low, 12);
        Assert.Equal(d.Average() + half, comparison.DeltaLogLoss.High, 12);
        Assert.Equal(-Math.Log(.8 * .5 * .7 * .9) / 4, comparison.Figures!.Candidate.Metrics.Loss, 12);
    }

    [Fact]
    public void Comparison_WhenStoredByAnEarlierBuild_IsRead()
    {
        const string Stored = """
            {"Baseline":"v20251111_153045","Candidate":"v20251112_153045","Result":{"Rows":3,
            "Table":{"BothRight":3,"OnlyCandidateRight":0,"OnlyBaselineRight":0,"BothWrong":0},"PValue":1,"MidP":1,
            "DeltaMacroF1":{"Value":0,"Low":0,"High":0},"ClassChanges":[[1,0,0],[0,1,0],[0,0,1]],
            "RecallChange":{"Negative":0,"Prediabetes":0,"Diabetes":null},"Verdict":0,"SuggestActivation":false,"RowsNeeded":4000}}
            """;

        var result = JsonSerializer.Deserialize<VersionComparison>(Stored)!.Result;

        Assert.Equal((3, 4000, false), (result.Rows, result.RowsNeeded, result.FewRows));
        Assert.Null(result.Subgroups);
        Assert.Null(result.SignificanceLevel);
    }

    // A Python transcription of generator and bootstrap with numpy.quantile, by reference.py. 1 and 2 resamples leave the quantile no
    // neighbour; half of the Diabetes rows change, so a drawn probability is one binary digit long.
    [Theory]
    [InlineData(1, 0.19834795850071463, 0.19834795850071463)]
    [InlineData(2, 0.200781776162691, 0.29326684731779284)]
    [InlineData(41, 0.1737042600731744, 0.3248526032465848)]
    public void Complete_WhenSeedIsKnown_HasAPinnedInterval(int resamples, double low, double high)
    {
        var delta = Tally([.. Reference[..8], ("YYY", 40), ("YPY", 40)]).Complete(42, resamples: resamples).DeltaMacroF1;

        Assert.Equal(low, delta.Low, 12);
        Assert.Equal(high, delta.High, 12);
    }

    [Fact]
    public void Complete_WhenTheIntervalIsExactlyZero_IsNeitherBetterNorWorse()
    {
        // Macro F1 is (8/9 + 1 + 0)/3 of both: 160/180 for N, 40/45 for Y. Each class has one outcome, so the interval has no width.
        // 20 won and 5 lost: p = 0.004.
        (string, int)[] rows = [("NNN", 80), ("PPY", 5), ("YNY", 20)];
        var forward = Tally(rows).Complete(1, resamples: 10);
        var backward = Tally([("NNN", 80), ("PYP", 5), ("YYN", 20)]).Complete(1, resamples: 10);

        Assert.InRange(forward.PValue, 0, 0.005);
        Assert.Equal(new MetricDelta(0, 0, 0), forward.DeltaMacroF1);
        Assert.Equal(ComparisonVerdict.Equivalent, forward.Verdict);
        Assert.Equal(ComparisonVerdict.Equivalent, backward.Verdict);
    }

    [Fact]
    public void Complete_WhenTheIntervalEndsAtTheMargin_IsEquivalent()
    {
        // (2·12/200 − 2·6/200)/3 = 0.02, with n = 12 of 188 predicted N and p = 6 of 194 predicted P; 24/200 = 0.12 and 12/200 = 0.06.
        // Won and lost are 6 and 12: p = 0.24.
        var lost = Tally([("NNP", 12), ("PYP", 6), ("YNP", 176)]).Complete(1, resamples: 10);
        var won = Tally([("NPN", 12), ("PPY", 6), ("YPN", 176)]).Complete(1, resamples: 10);

        Assert.Equal(new MetricDelta(-0.02, -0.02, -0.02), lost.DeltaMacroF1);
        Assert.Equal(new MetricDelta(0.02, 0.02, 0.02), won.DeltaMacroF1);
        Assert.Equal(ComparisonVerdict.Equivalent, lost.Verdict);
        Assert.Equal(ComparisonVerdict.Equivalent, won.Verdict);
    }

    [Fact]
    public void Complete_WhenBetterAndDiabetesIsFoundAsOften_SuggestsActivation()
    {
        var comparison = Tally([("NNN", 60), ("NPN", 30), ("PPP", 20), ("YYY", 3)]).Complete(1, resamples: 100);

        Assert.Equal(ComparisonVerdict.Better, comparison.Verdict);
        Assert.Equal(0, comparison.RecallChange[DiabetesClass.Diabetes]);
        Assert.True(comparison.SuggestActivation);
    }

    [Fact]
    public void Complete_OfRecallChange_NeedsThreeRowsOfTheClass()
    {
        var change = Tally([("PPP", 1), ("PNP", 1), ("YYY", 2), ("YPY", 1)]).Complete(1, resamples: 1).RecallChange;

        Assert.Null(change[DiabetesClass.Negative]);
        Assert.Null(change[DiabetesClass.Prediabetes]);
        Assert.Equal(1 / 3.0, change[DiabetesClass.Diabetes]!.Value, 12);
    }

    [Fact]
    public void Complete_OfLogLoss_NeedsTwoRowsForAnInterval()
    {
        var tally = new ComparisonTally();
        tally.Add(DiabetesClass.Negative, Patient, [.5, .5, 0], [.5, .5, 0]);
        Assert.Null(tally.Complete(1, resamples: 1).DeltaLogLoss);

        // Differences 0 and ln 2: mean ln 2/2, s/√2 the same.
        tally.Add(DiabetesClass.Negative, Patient, [.5, .5, 0], [.25, .75, 0]);
        var delta = tally.Complete(1, resamples: 1).DeltaLogLoss!;
        Assert.Equal(Math.Log(2) / 2, delta.Value, 12);
        Assert.Equal(Math.Log(2) / 2 * (1 - 1.959963984540054), delta.Low, 12);
        Assert.Equal(Math.Log(2) / 2 * (1 + 1.959963984540054), delta.High, 12);
    }

    [Theory]
    [InlineData(99, true)]
    [InlineData(100, false)]
    public void Complete_WhenASubgroupsSmallestClassIsAroundAHundred_SaysWhetherItIsFew(int smallest, bool few)
    {
        var group = Tally([("NNN", 100), ("PPP", 100), ("YYY", smallest)]).Complete(1, resamples: 1).Subgroups![0];

        Assert.Equal((200 + smallest, few), (group.Rows, group.Few));
    }

    private static (DiabetesClass[] Truth, DiabetesClass[] Baseline, DiabetesClass[] Candidate) Simulate(
        SeededRandom random, int rows, double baselineRight, double candidateRight)
    {
        var truth = new DiabetesClass[rows];
        var baseline = new DiabetesClass[rows];
        var candidate = new DiabetesClass[rows];
        for (var i = 0; i < rows; i++)
        {
            // Shares like those of clinical data: few prediabetic rows.
            truth[i] = random.NextDouble() switch { < 0.35 => DiabetesClass.Negative, < 0.5 => DiabetesClass.Prediabetes, _ =>
                DiabetesClass.Diabetes };
            baseline[i] = Guess(random, truth[i], baselineRight);
            candidate[i] = Guess(random, truth[i], candidateRight);
        }

        return (truth, baseline, candidate);
    }

    private static ModelComparison Compare(params (string Row, int Count)[] rows)
    {
        DiabetesClass[] Column(int index) => [.. rows.SelectMany(r => Enumerable.Repeat(Class(r.Row[index]), r.Count))];

        return Run(Column(0), Column(1), Column(2), seed: 42);
    }

    private static PatientFeatures Patient => new(6, 50, 25, Gender.F);

    private static DiabetesClass Guess(SeededRandom random, DiabetesClass truth, double right) =>
        random.NextDouble() < right ? truth : (DiabetesClass)(((int)truth + 1 + random.NextInt32(2)) % DiabetesClasses.Count);

    private static ModelComparison Run(
        DiabetesClass[] truth,
        DiabetesClass[] baseline,
        DiabetesClass[] candidate,
        int seed,
        int resamples = ModelComparison.DefaultResamples,
        int looks = 0)
    {
        var tally = new ComparisonTally();
        for (var i = 0; i < truth.Length; i++)
        {
            tally.Add(truth[i], Patient, Certain(baseline[i]), Certain(candidate[i]));
        }

        return tally.Complete(seed, looks, resamples);
    }

    private static ComparisonTally Tally((string Row, int Count)[] rows)
    {
        var tally = new ComparisonTally();
        Array.ForEach(rows, r => Add(tally, r.Row, r.Count));
        return tally;
    }

    private static void Add(ComparisonTally tally, string row, int count)
    {
        for (var i = 0; i < count; i++)
        {
            tally.Add(Class(row[0]), Patient, Certain(Class(row[1])), Certain(Class(row[2])));
        }
    }

    private static double[] Certain(DiabetesClass value) => [.. DiabetesClasses.All.Select(c => c == value ? 0.8 : 0.1)];

    private static DiabetesClass Class(char letter) =>
        DiabetesClasses.TryParse([letter], out var value) ? value : throw new ArgumentException("Unknown letter.");
}
