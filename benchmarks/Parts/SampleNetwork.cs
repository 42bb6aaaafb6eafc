using ModelOps.Domain.Data;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Networks;

namespace ModelOps.Parts.Benchmark;

/// <summary>Networks with 64 hidden units that train on 1,000 made-up rows in batches of 64.</summary>
internal static class SampleNetwork
{
    public static SplitKey Key { get; } = new([.. Enumerable.Range(0, SplitKey.Bytes).Select(i => (byte)i)]);

    public static ITrainingSession Begin(string name)
    {
        LabelledExample[] rows = [.. SampleGenerator.Generate(1_000, seed: 1).Distinct()];
        return NetworkRegistry.BuiltIn.Get(name).Begin(
            new TrainingSpecification(
                Guid.NewGuid(), name, new TrainingParameters(TrainingParameters.MaxEpochs), Key.ToHex(), new string('a', 64)),
            new TrainingRows(rows, [.. rows.Select(row => Key.FoldOf(row.Features))], rows.Length),
            snapshot: null);
    }

    /// <summary>The files of a network after three epochs.</summary>
    public static IReadOnlyDictionary<string, byte[]> Train(string name)
    {
        using var session = Begin(name);
        for (var epoch = 1; epoch <= 3; epoch++)
        {
            session.TrainEpoch(epoch, CancellationToken.None);
        }

        return session.Finish().Files;
    }
}
