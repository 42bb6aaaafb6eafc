using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace ModelOps.Infrastructure.Networks.CrossfitPle;

/// <summary>Buffers in libtorch's memory for the batches of one call. They are refilled for each call of the program.</summary>
internal sealed class CrossfitChunk(int batches, int batchRows) : IDisposable
{
    /// <summary>The number of loss weights per row; see <see cref="CrossfitTrainingProgram"/>.</summary>
    public const int LossWeights = 3;

    public int Batches { get; } = batches;

    public int BatchRows { get; } = batchRows;

    /// <summary>Codes [batches, members, rows, 53].</summary>
    public Tensor CodeTensor { get; } = zeros(batches, CrossfitShape.Members, batchRows, PiecewiseEncoding.Width);

    /// <summary>The loss's weights [batches, members, rows, 3].</summary>
    public Tensor WeightTensor { get; } = zeros(batches, CrossfitShape.Members, batchRows, LossWeights);

    /// <summary>The learning rate of each batch [batches].</summary>
    public Tensor RateTensor { get; } = zeros(batches, ScalarType.Float64);

    /// <summary>The optimizer step number of each batch, counted from 1 [batches].</summary>
    public Tensor NumberTensor { get; } = zeros(batches);

    public Span<float> Codes => MemoryMarshal.Cast<byte, float>(CodeTensor.bytes);

    public Span<float> Weights => MemoryMarshal.Cast<byte, float>(WeightTensor.bytes);

    public Span<double> Rates => MemoryMarshal.Cast<byte, double>(RateTensor.bytes);

    public Span<float> Numbers => MemoryMarshal.Cast<byte, float>(NumberTensor.bytes);

    public void Dispose()
    {
        CodeTensor.Dispose();
        WeightTensor.Dispose();
        RateTensor.Dispose();
        NumberTensor.Dispose();
    }
}
