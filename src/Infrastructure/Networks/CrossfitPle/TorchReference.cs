using System.Runtime.InteropServices;
using ModelOps.Domain.Features;
using static TorchSharp.torch;

namespace ModelOps.Infrastructure.Networks.CrossfitPle;

/// <summary>Computes the complete answer with libtorch in double precision: the reference for the predictor.</summary>
internal sealed class TorchReference : IDisposable
{
    private readonly CrossfitFiles _network;
    private readonly CrossfitTrainingProgram _program;
    private readonly Tensor[] _weights;

    public TorchReference(CrossfitTrainingProgram program, CrossfitFiles network)
    {
        _network = network;
        _program = program;
        _weights = CrossfitState.Owned(network.Weights, ScalarType.Float64);
    }

    /// <param name="member">The single member to evaluate; null for the mean of all members.</param>
    public void Evaluate(PatientFeatures features, int? member, Span<double> probabilities)
    {
        using var untracked = no_grad();
        var clinical = features.HbA1c >= HbA1cGrid.From;
        var (point, fraction) = clinical ? HbA1cGrid.Locate(features.HbA1c) : (-2, 0);
        var gridPoints = point + 2;
        using var codes = Codes(features, gridPoints);
        using var outputs = _program.Evaluate(_weights, codes);
        var values = MemoryMarshal.Cast<byte, double>(outputs.bytes);
        probabilities.Clear();
        Span<double> own = stackalloc double[DiabetesClasses.Count];
        Span<double> diabetes = stackalloc double[gridPoints];
        diabetes.Clear();
        var (first, count) = member is { } only ? (only, 1) : (0, CrossfitShape.Members);
        for (var m = first; m < first + count; m++)
        {
            for (var j = 0; j <= gridPoints; j++)
            {
                var at = ((m * (gridPoints + 1)) + j) * CrossfitShape.Outputs;
                OrderedOutput.Probabilities(values[at], values[at + 1], own);
                if (j < gridPoints)
                {
                    diabetes[j] += own[2] / count;
                    continue;
                }

                for (var c = 0; c < own.Length; c++)
                {
                    probabilities[c] += own[c] / count;
                }
            }
        }

        SmallDataMixture.Complete(
            features,
            clinical ? HbA1cGrid.Monotone(diabetes, point, fraction) : null,
            SmallDataMixture.NetworkShare(_network.Rows),
            probabilities);
    }

    public void Dispose()
    {
        foreach (var each in _weights)
        {
            each.Dispose();
        }
    }

    /// <summary>Codes [10, grid points + 1, 53]: the patient with each grid point's HbA1c, then with the patient's own HbA1c.</summary>
    private Tensor Codes(PatientFeatures features, int gridPoints)
    {
        var codes = zeros(CrossfitShape.Members, gridPoints + 1, PiecewiseEncoding.Width, ScalarType.Float64);
        var values = MemoryMarshal.Cast<byte, double>(codes.bytes);
        for (var m = 0; m < CrossfitShape.Members; m++)
        {
            for (var j = 0; j <= gridPoints; j++)
            {
                _network.Encodings[m].Encode(
                    j < gridPoints ? features with { HbA1c = HbA1cGrid.ValueOf(j) } : features, values[..PiecewiseEncoding.Width]);
                values = values[PiecewiseEncoding.Width..];
            }
        }

        return codes;
    }
}
