namespace ModelOps.Domain.Evaluation;

/// <summary>
/// The five metrics for lists. All except <see cref="Loss"/> are in 0..1. Precision, recall and F1 are macro means.
/// </summary>
/// <param name="Loss">Mean log loss of the hold-out rows (natural log).</param>
public sealed record HeadlineMetrics(double Accuracy, double F1Score, double Precision, double Recall, double Loss);
