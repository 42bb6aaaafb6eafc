using ModelOps.Domain.Data;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Networks.CrossfitPle;

namespace ModelOps.Infrastructure.Tests.Networks.CrossfitPle;

/// <summary>Rows, random networks and patients for the tests of crossfit-ple.</summary>
internal static class CrossfitSamples
{
    public static SplitKey Key { get; } = new([.. Enumerable.Range(0, SplitKey.Bytes).Select(i => (byte)i)]);

    public static TrainingRows Rows(int count, int seed = 5) => With(Samples.Rows(count, seed));

    public static TrainingRows With(IReadOnlyList<LabelledExample> rows)
    {
        LabelledExample[] distinct = [.. rows.Distinct()];
        return new TrainingRows(distinct, [.. distinct.Select(r => Key.FoldOf(r.Features))], rows.Count);
    }

    public static ITrainingSession Begin(TrainingParameters parameters, TrainingRows rows, byte[]? snapshot = null) =>
        new CrossfitPleNetwork().Begin(
            new TrainingSpecification(Guid.NewGuid(), CrossfitPleNetwork.NetworkName, parameters, Key.ToHex(), new string('a', 64)),
            rows,
            snapshot);

    /// <summary>A network that was never trained: weights drawn at random, large enough to contradict the clinic.</summary>
    public static CrossfitFiles RandomNetwork(int hidden, int seed, int rows = 600, double scale = 3)
    {
        var random = new Random(seed);
        var weights = CrossfitWeights.Zeros(hidden);
        foreach (var array in weights.Arrays)
        {
            foreach (ref var value in array.AsSpan())
            {
                value = (float)((2 * random.NextDouble() - 1) * scale / Math.Sqrt(array == weights.W2 ? hidden : 8));
            }
        }

        return new CrossfitFiles(new CrossfitData(Rows(300, seed), seed).Encodings, weights, rows);
    }

    public static Dictionary<string, byte[]> Write(CrossfitFiles network) => new()
    {
        [CrossfitFiles.WeightsName] = Safetensors.Write(network.ToTensors()),
        [CrossfitFiles.FormulaName] = network.WriteFormula(),
    };

    public static PatientFeatures[] Patients(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Patient(random))];
    }

    public static PatientFeatures Patient(Random random) => new(
        random.Next(4) == 0 ? random.Next(30, 251) / 10.0 : 0.5 + (random.NextDouble() * 24.5),
        random.Next(0, 131),
        5 + (random.NextDouble() * 60),
        (Gender)random.Next(2));
}
