using ModelOps.Domain.Features;

namespace ModelOps.Domain.Tests.Features;

public class FeatureSchemaTests
{
    [Fact]
    public void Get_WhenTheSchemaIsKnown_IsIt() => Assert.Same(FeatureSchema.Diabetes1, FeatureSchema.Get("diabetes-1"));

    [Fact]
    public void Get_WhenTheSchemaIsOfALaterBuild_Throws() =>
        Assert.Throws<NotSupportedException>(() => FeatureSchema.Get("diabetes-2"));

    [Theory]
    [InlineData("HbA1c")]
    [InlineData("AGE")]
    [InlineData("BMI")]
    [InlineData("Gender")]
    [InlineData("CLASS")]
    public void GetColumn_WhenTheNameIsGiven_IsTheColumn(string name) => Assert.Equal(name, FeatureSchema.Current.GetColumn(name).Name);

    [Fact]
    public void GetColumn_WhenThereIsNone_Throws() =>
        Assert.Throws<InvalidOperationException>(() => FeatureSchema.Current.GetColumn("waist"));
}
