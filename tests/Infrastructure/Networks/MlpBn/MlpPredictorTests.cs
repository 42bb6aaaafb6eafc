using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Networks.MlpBn;
using ModelOps.Infrastructure.Tests.Trainer;

namespace ModelOps.Infrastructure.Tests.Networks.MlpBn;

[Collection(TorchCollection.Name)]
public sealed class MlpPredictorTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(256)]
    [InlineData(1_024)]
    public void Predict_ForAnyPatient_AgreesWithLibtorch(int hidden)
    {
        TorchLibrary.Load();
        var weights = SavedNetwork.Weights(hidden);
        var predictor = MlpPredictor.Load(weights, SavedNetwork.Scaler);
        var patients = SavedNetwork.Patients(10_000);
        using var network = new TorchNetwork(weights, ScalerFile.Write(SavedNetwork.Scaler));

        var expected = network.Predict(patients);

        var distance = 0.0;
        for (var i = 0; i < patients.Length; i++)
        {
            var actual = SavedNetwork.Predict(predictor, patients[i]);
            Assert.InRange(actual.Sum(), 1 - 1e-12, 1 + 1e-12);
            for (var c = 0; c < actual.Length; c++)
            {
                distance = Math.Max(distance, Math.Abs(actual[c] - expected[3 * i + c]));
            }
        }

        Assert.InRange(distance, 0, 1e-5);
        Assert.True(expected.Max() - expected.Min() > 0.1, "The network says the same of everybody.");
    }

    [Fact]
    public void Predict_FromManyThreads_AnswersAsFromOne()
    {
        var predictor = MlpPredictor.Load(SavedNetwork.Weights(64), SavedNetwork.Scaler);
        var patients = SavedNetwork.Patients(5_000);
        var expected = patients.Select(p => SavedNetwork.Predict(predictor, p)).ToArray();

        Parallel.For(0, 8, _ =>
        {
            for (var i = 0; i < patients.Length; i++)
            {
                Assert.Equal(expected[i], SavedNetwork.Predict(predictor, patients[i]));
            }
        });
    }

    [Fact]
    public void Predict_WithHugeLogits_StaysFinite()
    {
        var tensors = SavedNetwork.Tensors(8);
        tensors[7] = NamedTensor.Float("4.weight", [3, 8], [.. Enumerable.Range(0, 24).Select(i => i < 8 ? 1e6f : -1e6f)]);
        var predictor = MlpPredictor.Load(Safetensors.Write(tensors), SavedNetwork.Scaler);

        Assert.All(SavedNetwork.Patients(100), patient =>
        {
            var p = SavedNetwork.Predict(predictor, patient);
            Assert.All(p, value => Assert.InRange(value, 0, 1));
            Assert.InRange(p.Sum(), 1 - 1e-12, 1 + 1e-12);
        });
    }

    [Theory]
    [InlineData("0.weight")]
    [InlineData("0.bias")]
    [InlineData("1.weight")]
    [InlineData("1.bias")]
    [InlineData("1.running_mean")]
    [InlineData("1.running_var")]
    [InlineData("4.weight")]
    [InlineData("4.bias")]
    public void Load_WhenATensorIsMissingMisshapenOrNotFinite_Refuses(string name)
    {
        var tensors = SavedNetwork.Tensors(4);
        var at = tensors.FindIndex(t => t.Name == name);
        var original = tensors[at];
        var floats = original.ToFloats();
        float[] notFinite = [.. floats[..^1], float.NaN];
        NamedTensor[] wrong =
        [
            original with { Name = "another" },
            original with { Shape = [.. original.Shape, 1] },
            original with { Shape = [.. original.Shape.Reverse().Append(1)] },
            NamedTensor.Float(name, [floats.Length + 1], [.. floats, 1]),
            NamedTensor.Float(name, original.Shape, notFinite),
            NamedTensor.Integer(name, 1),
        ];

        Assert.All(wrong, tensor =>
        {
            tensors[at] = tensor;
            Assert.Throws<InvalidDataException>(() => MlpPredictor.Load(Safetensors.Write(tensors), SavedNetwork.Scaler));
        });
        tensors[at] = original;
        MlpPredictor.Load(Safetensors.Write(tensors), SavedNetwork.Scaler);
    }

    [Fact]
    public void Load_WithANegativeVariance_Refuses()
    {
        var tensors = SavedNetwork.Tensors(2);
        tensors[5] = NamedTensor.Float("1.running_var", [2], [1, -1]);

        Assert.Throws<InvalidDataException>(() => MlpPredictor.Load(Safetensors.Write(tensors), SavedNetwork.Scaler));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(TrainingParameters.MaxHiddenSize + 1)]
    public void Load_WithAHiddenSizeOutsideTheLimits_Refuses(int hidden) =>
        Assert.Throws<InvalidDataException>(() => MlpPredictor.Load(SavedNetwork.Weights(hidden), SavedNetwork.Scaler));
}
