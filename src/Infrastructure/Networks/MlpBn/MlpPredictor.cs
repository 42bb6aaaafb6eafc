using ModelOps.Domain.Features;
using ModelOps.Domain.Training;

namespace ModelOps.Infrastructure.Networks.MlpBn;

/// <summary>
/// Predicts with mlp-bn from plain arrays, without a native library or allocations. Thread-safe. Batch normalisation and the scaler
/// are folded into the first layer, so one row costs 4h + 3h multiplications and a softmax.
/// </summary>
internal sealed class MlpPredictor : INetworkPredictor
{
    public const string FileName = "model.safetensors";

    private const double Epsilon = 1e-5;

    private readonly StandardScaler _scaler;
    private readonly int _hidden;

    // Stored by feature, [4][h] and then the biases [h], so that the inner loop reads contiguous memory.
    private readonly double[][] _first;
    private readonly double[] _firstBias;
    private readonly double[][] _second;
    private readonly double[] _secondBias;

    private MlpPredictor(StandardScaler scaler, int hidden, double[][] first, double[] firstBias, double[][] second, double[] secondBias)
    {
        _scaler = scaler;
        _hidden = hidden;
        _first = first;
        _firstBias = firstBias;
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

        var first = NewRows(PatientFeatures.Count, hidden);
        var firstBias = new double[hidden];
        for (var i = 0; i < hidden; i++)
        {
            if (variance[i] < 0)
            {
                throw new InvalidDataException("A running variance is negative.");
            }

            var factor = gamma[i] / Math.Sqrt(variance[i] + Epsilon);
            firstBias[i] = (b1[i] - (double)mean[i]) * factor + beta[i];
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

        return new MlpPredictor(scaler, hidden, first, firstBias, second, Array.ConvertAll(b2, b => (double)b));
    }

    public bool IsMonotone => false;

    public double? Predict(PatientFeatures features, Span<double> probabilities)
    {
        // The inputs are rounded to single precision, as in training.
        Span<float> x = stackalloc float[PatientFeatures.Count];
        _scaler.Transform(features, x);
        Span<double> z = stackalloc double[DiabetesClasses.Count];
        _secondBias.CopyTo(z);
        for (var i = 0; i < _hidden; i++)
        {
            var a = _firstBias[i] + _first[0][i] * x[0] + _first[1][i] * x[1] + _first[2][i] * x[2] + _first[3][i] * x[3];
            if (a > 0)
            {
                z[0] += _second[0][i] * a;
                z[1] += _second[1][i] * a;
                z[2] += _second[2][i] * a;
            }
        }

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

    private static double[][] NewRows(int rows, int columns) => [.. Enumerable.Range(0, rows).Select(_ => new double[columns])];
}
