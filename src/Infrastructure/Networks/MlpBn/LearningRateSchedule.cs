using ModelOps.Domain.Training;

namespace ModelOps.Infrastructure.Networks.MlpBn;

/// <summary>
/// How the step size falls while a training goes on: a half cosine from five times the chosen learning rate to nearly zero
/// (Loshchilov and Hutter, "SGDR: Stochastic gradient descent with warm restarts", 2017, without restarts). Chosen on rows of the
/// training side that were set apart, never on the test side; docs/decisions says how.
/// </summary>
internal static class LearningRateSchedule
{
    /// <summary>The first epoch's step size in multiples of the chosen learning rate; over a training the mean is half of it.</summary>
    public const double Peak = 5;

    /// <param name="epoch">Counted from 1. Nothing but the epoch decides, so a resumed training goes on with the same step sizes.</param>
    public static double At(TrainingParameters parameters, int epoch) =>
        parameters.LearningRate * Peak * 0.5 * (1 + Math.Cos(Math.PI * (epoch - 1) / parameters.Epochs));
}
