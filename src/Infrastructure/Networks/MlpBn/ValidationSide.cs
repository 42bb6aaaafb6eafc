using ModelOps.Domain.Features;
using static TorchSharp.torch;

namespace ModelOps.Infrastructure.Networks.MlpBn;

/// <summary>The rows that decide about the best epoch, as the network reads them.</summary>
internal sealed class ValidationSide : IDisposable
{
    private readonly Tensor _inputs;
    private readonly DiabetesClass[] _truth;

    private ValidationSide(Tensor inputs, DiabetesClass[] truth)
    {
        _inputs = inputs;
        _truth = truth;
    }

    /// <summary>Null where there are no rows.</summary>
    public static ValidationSide? Of(IReadOnlyList<LabelledExample> rows, StandardScaler scaler)
    {
        if (rows.Count == 0)
        {
            return null;
        }

        var inputs = new float[rows.Count * PatientFeatures.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            scaler.Transform(rows[i].Features, inputs.AsSpan(i * PatientFeatures.Count, PatientFeatures.Count));
        }

        return new ValidationSide(tensor(inputs).view(rows.Count, PatientFeatures.Count), [.. rows.Select(r => r.Class)]);
    }

    /// <summary>Mean cross-entropy (natural log) and macro F1.</summary>
    public (double Loss, double F1) Measure(MlpTrainingProgram program, MlpState state)
    {
        using var logProbabilities = program.Evaluate(state, _inputs);
        var values = logProbabilities.data<float>().ToArray();
        var confusion = new int[DiabetesClasses.Count, DiabetesClasses.Count];
        var loss = 0.0;
        for (var i = 0; i < _truth.Length; i++)
        {
            var row = values.AsSpan(i * DiabetesClasses.Count, DiabetesClasses.Count);
            var truth = (int)_truth[i];
            loss -= row[truth];
            var best = 0;
            for (var c = 1; c < row.Length; c++)
            {
                best = row[c] > row[best] ? c : best;
            }

            confusion[truth, best]++;
        }

        return (loss / _truth.Length, MacroF1(confusion));
    }

    /// <summary>The plain mean over the classes that occur in truth or predictions.</summary>
    private static double MacroF1(int[,] confusion)
    {
        var (sum, classes) = (0.0, 0);
        for (var c = 0; c < DiabetesClasses.Count; c++)
        {
            var (truth, predicted) = (0, 0);
            for (var other = 0; other < DiabetesClasses.Count; other++)
            {
                truth += confusion[c, other];
                predicted += confusion[other, c];
            }

            if (truth + predicted > 0)
            {
                sum += 2.0 * confusion[c, c] / (truth + predicted);
                classes++;
            }
        }

        return sum / classes;
    }

    public void Dispose() => _inputs.Dispose();
}
