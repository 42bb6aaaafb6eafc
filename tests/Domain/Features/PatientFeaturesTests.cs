using ModelOps.Domain.Features;
using ModelOps.Domain.Records;

namespace ModelOps.Domain.Tests.Features;

public class PatientFeaturesTests
{
    private static readonly Column HbA1c = FeatureSchema.Current.GetColumn(ColumnNames.HbA1c);
    private static readonly Column Age = FeatureSchema.Current.GetColumn(ColumnNames.Age);
    private static readonly Column Bmi = FeatureSchema.Current.GetColumn(ColumnNames.Bmi);

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
        Assert.Equal(valid, HbA1c.ProblemOf(value) is null);

    [Theory]
    [InlineData(25.1, true)]
    [InlineData(42, true)]
    [InlineData(250, true)]
    [InlineData(251, false)]
    [InlineData(-42, false)]
    [InlineData(double.NaN, false)]
    public void HbA1cProblem_WhenTheUnitSeemsToBeMmolPerMol_SaysSo(double value, bool hint) =>
        Assert.Equal(hint, HbA1c.ProblemOf(value)!.ToString().Contains("mmol/mol", StringComparison.Ordinal));

    [Theory]
    [InlineData(-0.1, false)]
    [InlineData(0, true)]
    [InlineData(130, true)]
    [InlineData(130.1, false)]
    public void AgeProblem_WhenAroundTheLimits_FollowsThem(double value, bool valid) =>
        Assert.Equal(valid, Age.ProblemOf(value) is null);

    [Theory]
    [InlineData(4.9, false)]
    [InlineData(5, true)]
    [InlineData(120, true)]
    [InlineData(120.1, false)]
    public void BmiProblem_WhenAroundTheLimits_FollowsThem(double value, bool valid) =>
        Assert.Equal(valid, Bmi.ProblemOf(value) is null);

    [Theory]
    [MemberData(nameof(NoNumbers))]
    public void Problems_WhenTheValueIsNotFinite_Refuse(double value)
    {
        Assert.NotNull(HbA1c.ProblemOf(value));
        Assert.NotNull(Age.ProblemOf(value));
        Assert.NotNull(Bmi.ProblemOf(value));
    }

    [Fact]
    public void Problems_WhenSaid_DontRepeatTheValue()
    {
        Assert.DoesNotContain("77", HbA1c.ProblemOf(77)!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("777", Age.ProblemOf(777)!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("777", Bmi.ProblemOf(777)!.ToString(), StringComparison.Ordinal);
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
