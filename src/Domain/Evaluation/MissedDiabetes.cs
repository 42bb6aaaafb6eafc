using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>Patients with diabetes whom the model calls something else.</summary>
/// <param name="Missed">Called Negative or Prediabetes.</param>
/// <param name="AsNegative">Of these, called Negative.</param>
/// <param name="Of">Patients with diabetes.</param>
public sealed record MissedDiabetes(int Missed, int AsNegative, int Of)
{
    /// <param name="matrix">3 × 3, true class × predicted class.</param>
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
