using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Tests.Evaluation;

public class MonotonicityTests
{
    private static readonly PatientFeatures[] Patients =
        [.. Enumerable.Range(0, 10).Select(i => new PatientFeatures(6, 30 + i, 25, Gender.F))];

    [Fact]
    public void ViolationShare_WhenSomePatientsProbabilityFalls_IsTheirShare() =>
        Assert.Equal(0.3, Monotonicity.ViolationShare(Patients, (x, p) => p[2] = x.Age < 33 && x.HbA1c > 20 ? 0.5 : x.HbA1c / 25));

    [Theory]
    [InlineData(0.009, 0)]
    [InlineData(0.011, 1)]
    public void ViolationShare_WhenTheFallIsSmall_CountsItFromTheToleranceOn(double fall, double expected) =>
        Assert.Equal(expected, Monotonicity.ViolationShare(Patients, (x, p) => p[2] = x.HbA1c is > 10 and < 11 ? 0.6 - fall : 0.6));

    [Theory]
    [InlineData(0, 0)] // 0.01 − 0 is the tolerance itself
    [InlineData(-1e-9, 1)]
    public void ViolationShare_WhenTheFallIsTheTolerance_DoesNotCount(double low, double expected) =>
        Assert.Equal(expected, Monotonicity.ViolationShare(Patients, (x, p) => p[2] = x.HbA1c is > 10 and < 11 ? low : 0.01));

    [Fact]
    public void ViolationShare_WhenMeasured_AsksFrom57To25PercentInSteps()
    {
        var asked = new List<double>();
        Monotonicity.ViolationShare(Patients[..1], (x, p) => asked.Add(x.HbA1c));

        Assert.Equal(Enumerable.Range(57, 194).Select(tenths => tenths / 10.0), asked.Select(a => Math.Round(a, 9)));
    }

    [Fact]
    public void ViolationShare_WhenItFallsBelow57_DoesNotCount() =>
        Assert.Equal(0, Monotonicity.ViolationShare(Patients, (x, p) => p[2] = x.HbA1c < 5.7 ? 1 : x.HbA1c / 25));

    [Fact]
    public void ViolationShare_WhenItFallsSlowly_AddsTheSteps() =>
        Assert.Equal(1, Monotonicity.ViolationShare(Patients, (x, p) => p[2] = 0.9 - (x.HbA1c / 1_000)));

    [Fact]
    public void ViolationShare_WithoutPatients_IsNull() => Assert.Null(Monotonicity.ViolationShare([], (_, _) => { }));
}
