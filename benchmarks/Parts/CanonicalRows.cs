using BenchmarkDotNet.Attributes;
using ModelOps.Domain.Data;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;

namespace ModelOps.Parts.Benchmark;

/// <summary>A row in its canonical form, and its fold.</summary>
public class CanonicalRows
{
    private const int Rows = 10_000;

    private readonly LabelledExample[] _rows = [.. SampleGenerator.Generate(Rows, seed: 1)];
    private readonly byte[] _bytes = new byte[Rows * CanonicalRow.Bytes];

    [GlobalSetup]
    [Benchmark(OperationsPerInvoke = Rows)]
    public void Write()
    {
        for (var i = 0; i < Rows; i++)
        {
            CanonicalRow.Write(_rows[i], _bytes.AsSpan(i * CanonicalRow.Bytes, CanonicalRow.Bytes));
        }
    }

    [Benchmark(OperationsPerInvoke = Rows)]
    public int Read()
    {
        var classes = 0;
        for (var i = 0; i < Rows; i++)
        {
            classes += (int)CanonicalRow.Read(_bytes.AsSpan(i * CanonicalRow.Bytes, CanonicalRow.Bytes)).Class;
        }

        return classes;
    }

    [Benchmark(OperationsPerInvoke = Rows)]
    public int Fold()
    {
        var folds = 0;
        foreach (var row in _rows)
        {
            folds += SampleNetwork.Key.FoldOf(row.Features);
        }

        return folds;
    }
}
