using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>False negatives of the class Diabetes.</summary>
/// <param name="Missed">Number of patients with diabetes whose predicted class is Negative or Prediabetes.</param>
/// <param name="AsNegative">Number of <paramref name="Missed"/> patients whose predicted class is Negative.</param>
/// <param name="Of">Number of patients with diabetes.</param>
public sealed record MissedDiabetes(int Missed, int AsNegative, int Of)
{
    /// <param name="matrix">Confusion matrix, true class × predicted class, 3 × 3.</param>
    internal static MissedDiabetes In(IReadOnlyList<IReadOnlyList<int>> matrix)
    {
        var row = matrix[(int)DiabetesClass.Diabetes];
        var asNegative = row[(int)DiabetesClass.Negative];
        var missed = asNegative + row[(int)DiabetesClass.Prediabetes];
        return new MissedDiabetes(missed, asNegative, missed + row[(int)DiabetesClass.Diabetes]);
    }

    /// <inheritdoc cref="In(IReadOnlyList{IReadOnlyList{int}})"/>
    internal static MissedDiabetes In(int[] matrix) => In(Evaluation.ConfusionMatrix.ToRows(matrix));
}
