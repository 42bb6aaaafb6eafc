using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using static TorchSharp.torch;

namespace ModelOps.Infrastructure.Networks.MlpBn;

/// <summary>The standardised rows of the validation side, which select the best epoch.</summary>
internal sealed class ValidationSide : IDisposable
{
    private readonly Tensor _inputs;
    private readonly DiabetesClass[] _truth;

    private ValidationSide(Tensor inputs, DiabetesClass[] truth)
    {
        _inputs = inputs;
        _truth = truth;
    }

    /// <summary>Creates the validation side; null when there are no rows.</summary>
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
        var confusion = new int[ConfusionMatrix.Cells];
        Span<double> scores = stackalloc double[DiabetesClasses.Count];
        var loss = 0.0;
        for (var i = 0; i < _truth.Length; i++)
        {
            var row = values.AsSpan(i * DiabetesClasses.Count, DiabetesClasses.Count);
            var truth = (int)_truth[i];
            loss -= row[truth];
            for (var c = 0; c < row.Length; c++)
            {
                scores[c] = row[c];
            }

            confusion[(truth * DiabetesClasses.Count) + (int)Evaluator.PredictedClass(scores)]++;
        }

        return (loss / _truth.Length, ConfusionMatrix.MacroF1(confusion));
    }

    public void Dispose() => _inputs.Dispose();
}
