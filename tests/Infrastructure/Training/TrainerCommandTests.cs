using ModelOps.Infrastructure.Tests.Trainer;
using ModelOps.Infrastructure.Training;
using ModelOps.TestSupport;

namespace ModelOps.Infrastructure.Tests.Training;

[Collection(TorchCollection.Name)]
public sealed class TrainerCommandTests
{
    [Theory]
    [InlineData("ConnectionStrings__ModelOps")]
    [InlineData("connectionstrings__modelops")]
    [InlineData("ConnectionStrings:ModelOps")]
    [InlineData("ModelOps__Admin__Password")]
    [InlineData("ModelOps:Admin:Password")]
    [InlineData("MODELOPS__ADMIN__PASSWORD")]
    [InlineData("ASPNETCORE_ModelOps__Admin__Password")]
    [InlineData("Kestrel__Certificates__Default__Password")]
    [InlineData("POSTGRESQLCONNSTR_ModelOps")]
    [InlineData("CUSTOMCONNSTR_ModelOps")]
    [InlineData("PGPASSWORD")]
    public void For_WhenTheEnvironmentHoldsASecret_DoesNotPassItOn(string name)
    {
        Environment.SetEnvironmentVariable(name, "a secret");
        try
        {
            Assert.False(new TrainerCommand(ServiceProcess.Assembly).For("folder").Environment.ContainsKey(name));
        }
        finally
        {
            Environment.SetEnvironmentVariable(name, null);
        }
    }

    [Fact]
    public void For_WhenItIsNoSetting_PassesItOn()
    {
        var start = new TrainerCommand(ServiceProcess.Assembly).For("a folder; with $(strange) characters");

        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), start.Environment["PATH"]);
        Assert.Equal("a folder; with $(strange) characters", start.ArgumentList[^1]);
        Assert.True(File.Exists(start.FileName), start.FileName);
        Assert.Equal(ServiceProcess.Assembly, start.ArgumentList[1]);
    }
}
