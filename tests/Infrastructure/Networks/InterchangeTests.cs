using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Serving;
using ModelOps.Infrastructure.Tests.Networks.MlpBn;
using ModelOps.Infrastructure.Tests.Trainer;

namespace ModelOps.Infrastructure.Tests.Networks;

/// <summary>A version's files are enough for somebody with PyTorch alone.</summary>
[Collection(TorchCollection.Name)]
public sealed class InterchangeTests
{
    [Fact]
    public void OutputFiles_ReadIndependently_MakeTheNetworkThatTheServiceServes()
    {
        using var folder = new TrainingFolder(new TrainingParameters(Epochs: 40, HiddenSize: 24), TrainingFolder.Sample(600));
        folder.Train();
        var files = Directory.GetFiles(folder.Folder.Output).ToDictionary(path => Path.GetFileName(path), File.ReadAllBytes);
        var served = VersionPredictor.Load(NetworkRegistry.BuiltIn, "v20251111_153045", "mlp-bn", files);
        PatientFeatures[] patients = [.. Samples.Rows(2_000, seed: 9).Select(r => r.Features)];
        using var network = new TorchNetwork(files["model.safetensors"], files["scaler.json"]);

        var expected = network.Predict(patients);

        var actual = new double[3];
        for (var i = 0; i < patients.Length; i++)
        {
            served.Predict(patients[i], actual);
            for (var c = 0; c < actual.Length; c++)
            {
                Assert.InRange(actual[c] - expected[3 * i + c], -1e-5, 1e-5);
            }
        }
    }
}
