using ModelOps.Domain.Features;
using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Networks.MlpBn;

namespace ModelOps.Infrastructure.Tests.Networks.MlpBn;

/// <summary>Networks with made-up weights, without any training.</summary>
internal static class SavedNetwork
{
    public static StandardScaler Scaler { get; } = new([6.2, 49, 27, 0.5], [1.5, 14, 5, 0.5]);

    public static List<NamedTensor> Tensors(int hidden, int seed = 1)
    {
        var random = new Random(seed);
        float[] Values(int count, double from, double to) =>
            [.. Enumerable.Range(0, count).Select(_ => (float)(from + (to - from) * random.NextDouble()))];
        var bound = 1 / Math.Sqrt(hidden);
        return
        [
            NamedTensor.Float("0.weight", [hidden, 4], Values(4 * hidden, -0.5, 0.5)),
            NamedTensor.Float("0.bias", [hidden], Values(hidden, -0.5, 0.5)),
            NamedTensor.Float("1.weight", [hidden], Values(hidden, 0.2, 1.5)),
            NamedTensor.Float("1.bias", [hidden], Values(hidden, -0.5, 0.5)),
            NamedTensor.Float("1.running_mean", [hidden], Values(hidden, -0.5, 0.5)),
            NamedTensor.Float("1.running_var", [hidden], Values(hidden, 0.1, 2)),
            NamedTensor.Integer("1.num_batches_tracked", 100),
            NamedTensor.Float("4.weight", [3, hidden], Values(3 * hidden, -2 * bound, 2 * bound)),
            NamedTensor.Float("4.bias", [3], Values(3, -0.5, 0.5)),
        ];
    }

    public static byte[] Weights(int hidden, int seed = 1) => Safetensors.Write(Tensors(hidden, seed));

    /// <summary>The files of a version that can be served.</summary>
    public static Dictionary<string, byte[]> Files(int hidden = 8, int seed = 1)
    {
        var weights = Weights(hidden, seed);
        var predictor = MlpPredictor.Load(weights, Scaler);
        return new Dictionary<string, byte[]>
        {
            [MlpPredictor.FileName] = weights,
            [ScalerFile.Name] = ScalerFile.Write(Scaler),
            [GoldenRows.FileName] = GoldenRows.Of((patient, p) => predictor.Predict(patient, p)).Write(),
        };
    }

    public static double[] Predict(MlpPredictor predictor, PatientFeatures patient)
    {
        var probabilities = new double[3];
        predictor.Predict(patient, probabilities);
        return probabilities;
    }

    public static PatientFeatures[] Patients(int count)
    {
        var random = new Random(count);
        return
        [
            .. Enumerable.Range(0, count).Select(_ => new PatientFeatures(
                25 * (1 - random.NextDouble()), 130 * random.NextDouble(), 5 + 115 * random.NextDouble(), (Gender)random.Next(2))),
        ];
    }
}
