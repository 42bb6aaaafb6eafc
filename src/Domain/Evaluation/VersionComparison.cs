namespace ModelOps.Domain.Evaluation;

/// <summary>A comparison with the names of the two versions.</summary>
public sealed record VersionComparison(string Baseline, string Candidate, ModelComparison Result);
