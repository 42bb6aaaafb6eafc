using ModelOps.Domain.Features;

namespace ModelOps.Domain.Data;

/// <summary>
/// The rows that may judge two versions: the test side, without any row whose inputs one of the versions has seen. By its hash a row
/// is on one side for ever, but a small dataset lends rows across sides (<see cref="DataSplit"/>), and another dataset lends others.
/// </summary>
public static class JudgingRows
{
    /// <param name="rows">In any order, repetitions allowed.</param>
    /// <param name="key">The installation's.</param>
    /// <param name="versions">How each version's own rows were split; its training and its validation side have been seen.</param>
    /// <returns>Distinct rows in the order of their hash; none is left where the versions have seen them all.</returns>
    /// <exception cref="RefusalException"><c>not_enough_classes</c></exception>
    public static IReadOnlyList<LabelledExample> Select(IEnumerable<LabelledExample> rows, SplitKey key, params ReadOnlySpan<DataSplit> versions)
    {
        var seen = new HashSet<PatientFeatures>();
        foreach (var version in versions)
        {
            // The inputs alone: a row with another class but equal inputs has been seen as well.
            seen.UnionWith(version.Training.Select(r => r.Features));
            seen.UnionWith(version.Validation.Select(r => r.Features));
        }

        return [.. DataSplit.Create(rows, key).Test.Where(r => !seen.Contains(r.Features))];
    }
}
