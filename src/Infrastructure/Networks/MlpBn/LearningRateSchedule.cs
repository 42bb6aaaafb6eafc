using ModelOps.Domain.Training;

namespace ModelOps.Infrastructure.Networks.MlpBn;

/// <summary>
/// The learning rate schedule: half a cosine from five times the chosen learning rate down to nearly zero
/// (Loshchilov and Hutter, "SGDR: Stochastic gradient descent with warm restarts", 2017, without restarts). The schedule was chosen on
/// a held-out part of the training side, never on the test side; see docs/decisions.
/// </summary>
internal static class LearningRateSchedule
{
    /// <summary>The first epoch's rate as a multiple of the chosen learning rate. The mean over a training is half of this.</summary>
    public const double Peak = 5;

    /// <param name="epoch">Numbered from 1. The rate depends only on the epoch, so a resumed training uses the same rates.</param>
    public static double At(TrainingParameters parameters, int epoch) =>
        parameters.LearningRate * Peak * 0.5 * (1 + Math.Cos(Math.PI * (epoch - 1) / parameters.Epochs));
}
