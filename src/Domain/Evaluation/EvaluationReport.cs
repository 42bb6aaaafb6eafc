using ModelOps.Domain.Training;

namespace ModelOps.Domain.Evaluation;

/// <summary>Placeholder shape; the evaluation fills it.</summary>
public sealed record EvaluationReport(HeadlineMetrics Headline);
