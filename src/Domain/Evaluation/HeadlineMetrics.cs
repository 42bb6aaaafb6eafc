namespace ModelOps.Domain.Evaluation;

/// <summary>
/// The five figures that a list shows. All but <see cref="Loss"/> are shares 0..1; precision, recall and F1 are macro means.
/// </summary>
/// <param name="Loss">Log loss of the test side, natural log.</param>
public sealed record HeadlineMetrics(double Accuracy, double F1Score, double Precision, double Recall, double Loss);
