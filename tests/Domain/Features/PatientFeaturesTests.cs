using ModelOps.Domain.Features;
using ModelOps.Domain.Records;

namespace ModelOps.Domain.Tests.Features;

public class PatientFeaturesTests
{
    public static TheoryData<double> NoNumbers => [double.NaN, double.PositiveInfinity, double.NegativeInfinity];

    [Theory]
    [InlineData(0, false)]
    [InlineData(-0.0, false)]
    [InlineData(-1, false)]
    [InlineData(double.Epsilon, true)]
    [InlineData(5.7, true)]
    [InlineData(25, true)]
    [InlineData(25.000000000000004, false)]
    [InlineData(1_000, false)]
    public void HbA1cProblem_WhenAroundTheLimits_FollowsThem(double value, bool valid) =>
        Assert.Equal(valid, PatientFeatures.HbA1cProblem(value) is null);

    [Theory]
    [InlineData(25.1, true)]
    [InlineData(42, true)]
    [InlineData(250, true)]
    [InlineData(251, false)]
    [InlineData(-42, false)]
    [InlineData(double.NaN, false)]
    public void HbA1cProblem_WhenTheUnitSeemsToBeMmolPerMol_SaysSo(double value, bool hint) =>
        Assert.Equal(hint, PatientFeatures.HbA1cProblem(value)!.Contains("mmol/mol", StringComparison.Ordinal));

    [Theory]
    [InlineData(-0.1, false)]
    [InlineData(0, true)]
    [InlineData(130, true)]
    [InlineData(130.1, false)]
    public void AgeProblem_WhenAroundTheLimits_FollowsThem(double value, bool valid) =>
        Assert.Equal(valid, PatientFeatures.AgeProblem(value) is null);

    [Theory]
    [InlineData(4.9, false)]
    [InlineData(5, true)]
    [InlineData(120, true)]
    [InlineData(120.1, false)]
    public void BmiProblem_WhenAroundTheLimits_FollowsThem(double value, bool valid) =>
        Assert.Equal(valid, PatientFeatures.BmiProblem(value) is null);

    [Theory]
    [MemberData(nameof(NoNumbers))]
    public void Problems_WhenTheValueIsNotFinite_Refuse(double value)
    {
        Assert.NotNull(PatientFeatures.HbA1cProblem(value));
        Assert.NotNull(PatientFeatures.AgeProblem(value));
        Assert.NotNull(PatientFeatures.BmiProblem(value));
    }

    [Fact]
    public void Problems_WhenSaid_DontRepeatTheValue()
    {
        Assert.DoesNotContain("77", PatientFeatures.HbA1cProblem(77), StringComparison.Ordinal);
        Assert.DoesNotContain("777", PatientFeatures.AgeProblem(777), StringComparison.Ordinal);
        Assert.DoesNotContain("777", PatientFeatures.BmiProblem(777), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Gender.F, 0)]
    [InlineData(Gender.M, 1)]
    public void CopyTo_WhenCalled_WritesTheNetworksOrder(Gender gender, double expected)
    {
        var values = new double[PatientFeatures.Count];
        new PatientFeatures(6.1, 50, 27.5, gender).CopyTo(values);

        Assert.Equal([6.1, 50, 27.5, expected], values);
        Assert.Equal(["HbA1c", "AGE", "BMI", "Gender"], PatientFeatures.Names);
    }

    [Fact]
    public void LabelledRecord_WhenCreated_HoldsTheExample()
    {
        var now = new DateTime(2025, 11, 11, 0, 0, 0, DateTimeKind.Utc);
        var example = new LabelledExample(new PatientFeatures(6.1, 50, 27.5, Gender.M), DiabetesClass.Prediabetes);

        var record = LabelledRecord.Create(example, LabelSource.Lab, "ann", now);

        Assert.Equal(example, new LabelledExample(new(record.HbA1c, record.Age, record.Bmi, record.Gender), record.Class));
        Assert.Equal((LabelSource.Lab, "ann", now), (record.Source, record.CreatedBy, record.CreatedAt));
    }
}
