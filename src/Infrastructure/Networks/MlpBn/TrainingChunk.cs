using System.Runtime.InteropServices;
using ModelOps.Domain.Features;
using static TorchSharp.torch;

namespace ModelOps.Infrastructure.Networks.MlpBn;

/// <summary>Buffers in libtorch's memory for the rows of several batches. They are refilled for each call of the program.</summary>
internal sealed class TrainingChunk(int capacity, int hidden) : IDisposable
{
    /// <summary>Standardised inputs [capacity, 4].</summary>
    public Tensor InputTensor { get; } = zeros(capacity, PatientFeatures.Count);

    /// <summary>One-hot classes [capacity, 3].</summary>
    public Tensor ClassTensor { get; } = zeros(capacity, DiabetesClasses.Count);

    /// <summary>Dropout's factors [capacity, hidden]: 0, or 1 / (1 − rate).</summary>
    public Tensor FactorTensor { get; } = zeros(capacity, hidden);

    public Span<float> Inputs(int rows) => Values(InputTensor, rows * PatientFeatures.Count);

    public Span<float> Classes(int rows) => Values(ClassTensor, rows * DiabetesClasses.Count);

    public Span<float> Factors(int rows) => Values(FactorTensor, rows * hidden);

    public void Dispose()
    {
        InputTensor.Dispose();
        ClassTensor.Dispose();
        FactorTensor.Dispose();
    }

    private static Span<float> Values(Tensor tensor, int count) => MemoryMarshal.Cast<byte, float>(tensor.bytes)[..count];
}
