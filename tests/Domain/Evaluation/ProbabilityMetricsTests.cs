using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Tests.Evaluation;

/// <summary>Metrics of probabilities exactly at their limits. Expected values are worked by hand.</summary>
public class ProbabilityMetricsTests
{
    private const DiabetesClass N = DiabetesClass.Negative, Y = DiabetesClass.Diabetes;

    // 0.29·100, 0.57·100 and 0.58·100 are below 29, 57 and 58 in double arithmetic; a threshold is reached all the same.
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.009999999999999998, 0)]
    [InlineData(0.01, 1)]
    [InlineData(0.06999999999999999, 6)]
    [InlineData(0.07, 7)]
    [InlineData(0.29, 29)]
    [InlineData(0.295, 29)]
    [InlineData(0.57, 57)]
    [InlineData(0.58, 58)]
    [InlineData(0.99, 99)]
    [InlineData(1, 99)]
    public void NetBenefit_WhenAProbabilityIsAtAThreshold_TreatsThePatient(double probability, int reached)
    {
        var benefit = Evaluate((Y, [1 - probability, 0, probability])).NetBenefit!;

        // The only patient has diabetes: the benefit is 1 where the patient is treated, otherwise 0.
        double[] expected = [.. Enumerable.Range(1, 99).Select(threshold => threshold <= reached ? 1.0 : 0)];
        Assert.Equal(expected, benefit.Diabetes.Model);
        Assert.Equal(expected, benefit.AtLeastPrediabetes.Model);
    }

    [Fact]
    public void NetBenefit_OfFalseAlarms_SubtractsThemAtTheOddsOfEachThreshold()
    {
        var benefit = Evaluate((Y, [.71, 0, .29]), (N, [.79, 0, .21])).NetBenefit!;

        // Odds: 1/4 at t = 0.20, 4 at t = 0.80. At 0.20 both patients are treated, from 0.22 to 0.29 the right one.
        Assert.Equal((1 - 0.25) / 2, benefit.Diabetes.Model[19], 12);
        Assert.Equal(0.5, benefit.Diabetes.Model[21], 12);
        Assert.Equal((1 - 0.25) / 2, benefit.Diabetes.TreatAll[19], 12);
        Assert.Equal((1 - 4) / 2.0, benefit.Diabetes.TreatAll[79], 12);
    }

    [Fact]
    public void Calibration_WhenABinHasSeveralRows_GivesTheirMeans()
    {
        // 12/15 = 0.8 and 13/15 = 0.867 enclose all three.
        var report = Evaluate((N, [.81, .19, 0]), (Y, [.85, .15, 0]), (N, [.83, .17, 0]), (N, [1, 0, 0]));

        Assert.Equal(3, report.Calibration[12].Count);
        Assert.Equal(0.83, report.Calibration[12].MeanConfidence!.Value, 12);
        Assert.Equal(2 / 3.0, report.Calibration[12].Accuracy!.Value, 12);
        Assert.Equal((2.49 - 2) / 4, report.CalibrationError, 12);
    }

    [Fact]
    public void CalibrationByClass_WhenProbabilitiesAreTooHighForAClass_HasTheLargestDifference()
    {
        var calibration = Evaluate((N, [.5, .3, .2]), (N, [.9, 0, .1]), (N, [.4, .6, 0]), (Y, [.2, .3, .5])).CalibrationByClass!;

        Assert.Equal([2 / 4.0, 1.2 / 4, .8 / 4], calibration.Classes.Select(c => Math.Round(c.MeanPredicted, 12)));
        Assert.Equal([.75, 0, .25], calibration.Classes.Select(c => c.ObservedShare));
        Assert.Equal(.3, calibration.LargestDifference, 12);
    }

    [Fact]
    public void Evaluate_WhenASumIsOffByTheTolerance_IsAccepted()
    {
        var report = Evaluate((N, [1.001, 0, 0]));

        Assert.Equal(1, report.Calibration[^1].Count);
        Assert.Equal(0.001, report.CalibrationError, 12);
        Assert.Throws<ArgumentException>(() => Evaluate((N, [1.0011, 0, 0])));
        Assert.Throws<ArgumentException>(() => Evaluate((N, [.9989, 0, 0])));
        Assert.Throws<ArgumentException>(() => Evaluate((N, [1.0005, -.0005, 0])));
    }

    [Fact]
    public void RankedProbabilityScore_WhenTheSumIsNotExactlyOne_UsesTheTwoInnerLimits() =>
        Assert.Equal(.09 + .01, Evaluate((N, [.7, .2, .1005])).RankedProbabilityScore!.Value, 12);

    [Fact]
    public void Loss_WhenEverythingIsCertainAndRight_IsThatOfTheClippedProbability() =>
        Assert.Equal(9.992007221626415e-16, Evaluate((N, [1, 0, 0]), (Y, [0, 0, 1])).Loss, 1e-20); // −ln(1 − 1e-15), by Python

    private static EvaluationReport Evaluate(params (DiabetesClass Truth, double[] Probabilities)[] rows) => Judged.Evaluate(
        [.. rows.Select(r => r.Truth)],
        [.. rows.Select(r => r.Probabilities)],
        [.. rows.Select(_ => new PatientFeatures(6, 50, 25, Gender.F))],
        seed: 1);
}
