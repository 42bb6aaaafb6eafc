using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>
/// A version as it may be measured: it answers a row only with weights that never learned from that row. The figures of a training,
/// comparisons and every other measurement go through this interface. Thread-safe.
/// </summary>
public interface IJudge
{
    /// <summary>Writes the probabilities of the three classes (length 3, sum 1, in class order) for a row.</summary>
    /// <param name="fold">The row's fold 0..9 under the key that the version was trained with.</param>
    /// <returns>False, with <paramref name="probabilities"/> unspecified, when all of the version's weights have learned from the
    /// row.</returns>
    bool TryJudge(PatientFeatures features, int fold, Span<double> probabilities);
}
