using System.Text.Json;
using ModelOps.Domain.Training;

namespace ModelOps.Domain.Tests.Training;

public class TrainingSpecificationTests
{
    private static readonly TrainingSpecification Specification = new(Guid.Empty, "mlp-bn", new TrainingParameters(), "00", "ab");

    [Fact]
    public void Json_WhenTheSchemaIsTheFirst_LeavesItOut()
    {
        var stored = JsonSerializer.Serialize(Specification);

        Assert.DoesNotContain("Schema", stored, StringComparison.Ordinal);
        Assert.Equal("diabetes-1", JsonSerializer.Deserialize<TrainingSpecification>(stored)!.Schema);
        Assert.Equal(Specification, JsonSerializer.Deserialize<TrainingSpecification>(stored));
    }

    [Fact]
    public void Json_WhenTheSchemaIsALaterOne_NamesIt()
    {
        var stored = JsonSerializer.Serialize(Specification with { Schema = "diabetes-2" });

        Assert.Contains("\"Schema\":\"diabetes-2\"", stored, StringComparison.Ordinal);
        Assert.Equal("diabetes-2", JsonSerializer.Deserialize<TrainingSpecification>(stored)!.Schema);
    }

    [Fact]
    public void Json_WhenTheSchemaIsNull_MeansTheFirst()
    {
        var stored = JsonSerializer.Serialize(Specification)[..^1] + ",\"Schema\":null}";

        Assert.Equal("diabetes-1", JsonSerializer.Deserialize<TrainingSpecification>(stored)!.Schema);
    }
}
