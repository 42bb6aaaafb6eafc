using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Tests.Evaluation;

internal static class Judged
{
    public static EvaluationReport Evaluate(
        IReadOnlyList<DiabetesClass> truth, IReadOnlyList<double[]> probabilities, IReadOnlyList<PatientFeatures> features, int seed)
    {
        var rows = new JudgedRows(truth.Count);
        for (var i = 0; i < truth.Count; i++)
        {
            rows.Add(truth[i], features[i], probabilities[i]);
        }

        return Evaluator.Evaluate(rows, seed);
    }
}
