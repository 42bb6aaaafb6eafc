using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Networks.MlpBn;
using ModelOps.Infrastructure.Serving;
using ModelOps.Infrastructure.Tests.Networks.MlpBn;

namespace ModelOps.Infrastructure.Tests.Serving;

public sealed class VersionPredictorTests
{
    private const string Name = "v20251111_153045";

    [Fact]
    public void Load_WithAVersionsFiles_ServesIt()
    {
        var predictor = Load(SavedNetwork.Files());
        var probabilities = new double[3];

        predictor.Predict(GoldenRows.Patients[0], probabilities);

        Assert.Equal(Name, predictor.Version);
        Assert.InRange(probabilities.Sum(), 1 - 1e-12, 1 + 1e-12);
    }

    [Theory]
    [InlineData(MlpPredictor.FileName)]
    [InlineData(ScalerFile.Name)]
    [InlineData(GoldenRows.FileName)]
    public void Load_WithoutAFile_Refuses(string file)
    {
        var files = SavedNetwork.Files();
        files.Remove(file);

        Assert.Throws<InvalidDataException>(() => Load(files));
    }

    [Fact]
    public void Load_WithTheWeightsOfAnotherVersion_Refuses()
    {
        var files = SavedNetwork.Files();
        files[MlpPredictor.FileName] = SavedNetwork.Weights(8, seed: 2);

        Assert.Throws<InvalidDataException>(() => Load(files));
    }

    [Theory]
    [InlineData(2e-5)]
    [InlineData(-2e-5)]
    public void Load_WithAnAlteredGoldenRow_Refuses(double by)
    {
        var files = SavedNetwork.Files();
        var golden = JsonNode.Parse(files[GoldenRows.FileName])!;
        var probabilities = golden["Rows"]!.AsArray()[^1]!["Probabilities"]!.AsArray();
        probabilities[2] = probabilities[2]!.GetValue<double>() + by;
        files[GoldenRows.FileName] = Encoding.UTF8.GetBytes(golden.ToJsonString());

        Assert.Throws<InvalidDataException>(() => Load(files));
    }

    [Fact]
    public void Load_WithAScalerInAnotherOrder_Refuses()
    {
        var files = SavedNetwork.Files();
        var scaler = JsonNode.Parse(files[ScalerFile.Name])!;
        var features = scaler["features"]!.AsArray();
        var first = features[0];
        features.RemoveAt(0);
        features.Insert(1, first);
        files[ScalerFile.Name] = Encoding.UTF8.GetBytes(scaler.ToJsonString());

        Assert.Throws<InvalidDataException>(() => Load(files));
    }

    [Theory]
    [InlineData("{\"features\":[]}")]
    [InlineData("{\"features\":null}")]
    [InlineData("{\"features\":[null,null,null,null]}")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("{\"features\":[{\"name\":\"HbA1c\",\"mean\":1,\"scale\":0},{\"name\":\"AGE\",\"mean\":1,\"scale\":1},{\"name\":\"BMI\",\"mean\":1,\"scale\":1},{\"name\":\"Gender\",\"mean\":1,\"scale\":1}]}")]
    [InlineData("{\"features\":[{\"name\":\"HbA1c\",\"mean\":1,\"scale\":-1},{\"name\":\"AGE\",\"mean\":1,\"scale\":1},{\"name\":\"BMI\",\"mean\":1,\"scale\":1},{\"name\":\"Gender\",\"mean\":1,\"scale\":1}]}")]
    [InlineData("{\"features\":[{\"name\":\"HbA1c\",\"mean\":1e999,\"scale\":1},{\"name\":\"AGE\",\"mean\":1,\"scale\":1},{\"name\":\"BMI\",\"mean\":1,\"scale\":1},{\"name\":\"Gender\",\"mean\":1,\"scale\":1}]}")]
    public void Load_WithABrokenScaler_Refuses(string scaler) => AssertUnusable(ScalerFile.Name, scaler);

    [Theory]
    [InlineData("{\"Rows\":[]}")]
    [InlineData("{\"Rows\":null}")]
    [InlineData("{\"Rows\":[null]}")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("{\"Rows\":[{\"HbA1c\":5,\"Age\":40,\"Bmi\":24,\"Gender\":\"F\",\"Probabilities\":[]}]}")]
    [InlineData("{\"Rows\":[{\"HbA1c\":5,\"Age\":40,\"Bmi\":24,\"Gender\":\"F\",\"Probabilities\":null}]}")]
    [InlineData("{\"Rows\":[{\"HbA1c\":5,\"Age\":40,\"Bmi\":24,\"Gender\":\"X\",\"Probabilities\":[1,0,0]}]}")]
    [InlineData("{\"Rows\":[{\"HbA1c\":5,\"Age\":40,\"Bmi\":24,\"Probabilities\":[1,0,0]}]}")]
    public void Load_WithBrokenGoldenRows_Refuses(string golden) => AssertUnusable(GoldenRows.FileName, golden);

    [Fact]
    public void Load_OfAnUnknownArchitecture_Refuses() =>
        Assert.Throws<NotSupportedException>(() =>
            VersionPredictor.Load(NetworkRegistry.BuiltIn, Name, "transformer", SavedNetwork.Files()));

    [Fact]
    public void Patients_OfTheGoldenRows_CoverBothGendersAndDistinctValues()
    {
        Assert.Equal(36, GoldenRows.Patients.Distinct().Count());
        Assert.Equal(2, GoldenRows.Patients.Select(p => p.Gender).Distinct().Count());
    }

    private static VersionPredictor Load(Dictionary<string, byte[]> files) => 
        VersionPredictor.Load(NetworkRegistry.BuiltIn, Name, "mlp-bn", files);

    /// <summary>Of the exceptions that the serving model turns into <c>artifact_corrupt</c>.</summary>
    private static void AssertUnusable(string file, string content)
    {
        var files = SavedNetwork.Files();
        files[file] = Encoding.UTF8.GetBytes(content);

        var exception = Assert.ThrowsAny<Exception>(() => Load(files));
        Assert.True(exception is InvalidDataException or JsonException, exception.ToString());
    }
}
