namespace ModelOps.Client;

/// <summary>One epoch of a training, or a change of its status.</summary>
/// <param name="JobId">The training's job.</param>
/// <param name="Status">The job's status when this was read.</param>
/// <param name="Attempt">Counts from 1; a training whose worker was lost goes on in a new attempt, perhaps from an earlier epoch.</param>
/// <param name="Epoch">The finished epoch, 0 before the first.</param>
/// <param name="Epochs">How many the training has.</param>
/// <param name="Loss">The epoch's mean training loss.</param>
/// <param name="ValidationLoss">On the rows that it doesn't learn from; null where it wasn't measured.</param>
/// <param name="ValidationF1">Macro F1, 0 to 1, on the same rows.</param>
/// <param name="Remaining">The service's estimate; null until it has one.</param>
public sealed record TrainingProgress(
    Guid JobId, JobStatus Status, int Attempt, int Epoch, int Epochs, double? Loss, double? ValidationLoss, double? ValidationF1,
    TimeSpan? Remaining)
{
    /// <summary>0 to 1.</summary>
    public double Share => Epochs == 0 ? 0 : (double)Epoch / Epochs;
}
