using ModelOps.Domain.Data;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Files;
using ModelOps.Infrastructure.Networks.MlpBn;
using ModelOps.Infrastructure.Tests.Networks.CrossfitPle;

namespace ModelOps.Infrastructure.Tests;

/// <summary>Whole values of the types that take many members, made from a few made-up rows.</summary>
internal static class Samples
{
    public static DateTime Now { get; } = new(2025, 11, 11, 15, 30, 45, DateTimeKind.Utc);

    public static IReadOnlyList<LabelledExample> Rows(int count, int seed = 5) => [.. SampleGenerator.Generate(count, seed)];

    public static TrainingSpecification Specification(Guid? jobId = null, TrainingParameters? parameters = null) => new(
        jobId ?? Guid.NewGuid(),
        "mlp-bn",
        parameters ?? new TrainingParameters(Epochs: 2, LearningRate: 0.0025),
        new string('7', SplitKey.Bytes * 2),
        new string('a', 64));

    public static TrainingSummary Summary()
    {
        var rows = Rows(60);
        var random = new Random(3);
        var judged = new JudgedRows();
        foreach (var row in rows)
        {
            judged.Add(row.Class, row.Features, Softmax(random.NextDouble(), random.NextDouble(), random.NextDouble()));
        }

        return new TrainingSummary(
            BestEpoch: 2,
            TrainingTime: 1.5,
            WeightsSha256: new string('b', 64),
            DataRows: rows.Count,
            DataSplit.Create(CrossfitSamples.With(rows), Key).Count(duplicates: 0),
            Evaluator.Evaluate(judged, 42),
            [new EpochPoint(1, 0.9, 0.8, 0.7), new EpochPoint(2, 0.5, null, null)]);
    }

    public static SplitKey Key { get; } = SplitKey.FromHex(new string('7', SplitKey.Bytes * 2));

    /// <summary>The rows as a rows file, which goes with the returned object.</summary>
    public static RowsOnDisk OnDisk(string path, IReadOnlyList<LabelledExample> rows)
    {
        using var sorter = new RowsSorter(() => new MemoryStream());
        foreach (var row in rows)
        {
            sorter.Add(row);
        }

        return RowsOnDisk.WriteTemporary(path, sorter.Sorted(Key), Key);
    }

    private static double[] Softmax(params double[] values)
    {
        var sum = values.Sum();
        return [.. values.Select(v => v / sum)];
    }
}
