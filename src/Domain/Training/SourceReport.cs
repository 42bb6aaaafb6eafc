using ModelOps.Domain.Datasets;

namespace ModelOps.Domain.Training;

/// <summary>What a training read from the hospital's own table.</summary>
/// <param name="Rows">Usable rows.</param>
/// <param name="Rejected">Rows that were left out.</param>
/// <param name="Problems">Why rows were left out, the most frequent reason first.</param>
public sealed record SourceReport(int Rows, int Rejected, IReadOnlyList<ProblemCount> Problems);
