using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;

namespace ModelOps.Infrastructure.Networks.MlpBn;

/// <summary>
/// Predicts with mlp-bn from plain arrays, without a native library or allocations. Thread-safe. Batch normalisation and the scaler
/// are folded into the first layer, so one row costs 4h + 3h multiplications and a softmax.
/// </summary>
/// <remarks>The method that computes is optimized when it is first compiled, as in crossfit-ple's predictor.</remarks>
internal sealed class MlpPredictor : INetworkPredictor
{
    public const string FileName = "model.safetensors";

    private const double Epsilon = 1e-5;

    private readonly StandardScaler _scaler;

    // Each row has one value per hidden unit, zero-padded to whole SIMD vectors: four rows of input weights, then the biases.
    private readonly double[][] _first;

    // One row per class.
    private readonly double[][] _second;
    private readonly double[] _secondBias;

    private MlpPredictor(StandardScaler scaler, double[][] first, double[][] second, double[] secondBias)
    {
        _scaler = scaler;
        _first = first;
        _second = second;
        _secondBias = secondBias;
    }

    /// <param name="safetensors">The weights under PyTorch's names.</param>
    /// <exception cref="InvalidDataException">A weight is missing, has a wrong shape, or is not finite.</exception>
    public static MlpPredictor Load(ReadOnlyMemory<byte> safetensors, StandardScaler scaler)
    {
        var tensors = Safetensors.Read(safetensors);
        var hidden = tensors.TryGetValue("0.bias", out var bias) && bias.Shape.Count == 1 ? bias.Shape[0] : 0;
        if (hidden is < TrainingParameters.MinHiddenSize or > TrainingParameters.MaxHiddenSize)
        {
            throw new InvalidDataException("The hidden layer's size can't be read from the weights.");
        }

        float[] Take(string name, params int[] shape) =>
            tensors.TryGetValue(name, out var tensor) && tensor.Shape.SequenceEqual(shape)
                ? tensor.ToFloats()
                : throw new InvalidDataException($"{name} is missing or has another shape.");

        var w1 = Take("0.weight", hidden, PatientFeatures.Count);
        var b1 = Take("0.bias", hidden);
        var gamma = Take("1.weight", hidden);
        var beta = Take("1.bias", hidden);
        var mean = Take("1.running_mean", hidden);
        var variance = Take("1.running_var", hidden);
        var w2 = Take("4.weight", DiabetesClasses.Count, hidden);
        var b2 = Take("4.bias", DiabetesClasses.Count);

        var first = NewRows(PatientFeatures.Count + 1, hidden);
        for (var i = 0; i < hidden; i++)
        {
            if (variance[i] < 0)
            {
                throw new InvalidDataException("A running variance is negative.");
            }

            var factor = gamma[i] / Math.Sqrt(variance[i] + Epsilon);
            first[^1][i] = (b1[i] - (double)mean[i]) * factor + beta[i];
            for (var j = 0; j < PatientFeatures.Count; j++)
            {
                first[j][i] = w1[i * PatientFeatures.Count + j] * factor;
            }
        }

        var second = NewRows(DiabetesClasses.Count, hidden);
        for (var c = 0; c < second.Length; c++)
        {
            for (var i = 0; i < hidden; i++)
            {
                second[c][i] = w2[c * hidden + i];
            }
        }

        return new MlpPredictor(scaler, first, second, Array.ConvertAll(b2, b => (double)b));
    }

    public bool IsMonotone => false;

    public double? Predict(PatientFeatures features, Span<double> probabilities)
    {
        // The inputs are rounded to single precision, as in training.
        Span<float> x = stackalloc float[PatientFeatures.Count];
        _scaler.Transform(features, x);
        Span<double> z = stackalloc double[DiabetesClasses.Count];
        Outputs(x, z);
        var top = Math.Max(z[0], Math.Max(z[1], z[2]));
        var sum = 0.0;
        for (var c = 0; c < z.Length; c++)
        {
            probabilities[c] = Math.Exp(z[c] - top);
            sum += probabilities[c];
        }

        for (var c = 0; c < z.Length; c++)
        {
            probabilities[c] /= sum;
        }

        return null;
    }

    /// <summary>Writes the outputs before the softmax.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Outputs(ReadOnlySpan<float> x, Span<double> z)
    {
        ref var weights0 = ref MemoryMarshal.GetArrayDataReference(_first[0]);
        ref var weights1 = ref MemoryMarshal.GetArrayDataReference(_first[1]);
        ref var weights2 = ref MemoryMarshal.GetArrayDataReference(_first[2]);
        ref var weights3 = ref MemoryMarshal.GetArrayDataReference(_first[3]);
        ref var bias = ref MemoryMarshal.GetArrayDataReference(_first[4]);
        ref var to0 = ref MemoryMarshal.GetArrayDataReference(_second[0]);
        ref var to1 = ref MemoryMarshal.GetArrayDataReference(_second[1]);
        ref var to2 = ref MemoryMarshal.GetArrayDataReference(_second[2]);
        var (x0, x1) = (new Vector<double>(x[0]), new Vector<double>(x[1]));
        var (x2, x3) = (new Vector<double>(x[2]), new Vector<double>(x[3]));
        var (z0, z1, z2) = (Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero);
        for (nuint i = 0; i < (nuint)_first[0].Length; i += (nuint)Vector<double>.Count)
        {
            var unit = Vector.MultiplyAddEstimate(Vector.LoadUnsafe(ref weights0, i), x0, Vector.LoadUnsafe(ref bias, i));
            unit = Vector.MultiplyAddEstimate(Vector.LoadUnsafe(ref weights1, i), x1, unit);
            unit = Vector.MultiplyAddEstimate(Vector.LoadUnsafe(ref weights2, i), x2, unit);
            unit = Vector.MultiplyAddEstimate(Vector.LoadUnsafe(ref weights3, i), x3, unit);
            unit = Vector.Max(unit, Vector<double>.Zero);
            z0 = Vector.MultiplyAddEstimate(unit, Vector.LoadUnsafe(ref to0, i), z0);
            z1 = Vector.MultiplyAddEstimate(unit, Vector.LoadUnsafe(ref to1, i), z1);
            z2 = Vector.MultiplyAddEstimate(unit, Vector.LoadUnsafe(ref to2, i), z2);
        }

        (z[0], z[1], z[2]) =
            (_secondBias[0] + Vector.Sum(z0), _secondBias[1] + Vector.Sum(z1), _secondBias[2] + Vector.Sum(z2));
    }

    /// <param name="columns">The length of each row, which is padded to whole SIMD vectors.</param>
    private static double[][] NewRows(int rows, int columns)
    {
        var padded = (columns + Vector<double>.Count - 1) / Vector<double>.Count * Vector<double>.Count;
        return [.. Enumerable.Range(0, rows).Select(_ => new double[padded])];
    }
}
