using ModelOps.Domain.Data;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>
/// Hold-out predictions of a version. A version has members, numbered by the fold that a member was trained without; a network that isn't
/// cross-fitted answers with its one network for each fold that it was trained without. Whoever asks must choose a member that learned
/// neither from the row's inputs nor from its patient. The metrics of trainings and comparisons use this interface. Thread-safe.
/// </summary>
public interface IJudge
{
    /// <summary>The members that learned from no row with these inputs.</summary>
    /// <param name="own">One of the version's own rows. Of several rows with equal inputs, the union is meant.</param>
    FoldSet MembersWithout(in CountedRow own);

    /// <summary>The members that may judge a row whose inputs are not among the version's own rows.</summary>
    /// <param name="row">The row with its fold by the split key of the version.</param>
    FoldSet MembersForUnseen(in CountedRow row);

    /// <summary>Predicts the probabilities of the three classes.</summary>
    /// <param name="member">A member that may judge these inputs.</param>
    /// <param name="probabilities">Receives three probabilities in class order with sum 1.</param>
    void Predict(int member, PatientFeatures features, Span<double> probabilities);
}
