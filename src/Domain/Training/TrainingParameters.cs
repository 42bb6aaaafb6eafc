namespace ModelOps.Domain.Training;

/// <summary>What an administrator may choose for a training; the limits are read by validator, database and OpenAPI.</summary>
/// <param name="Epochs">Passes over the training side.</param>
/// <param name="BatchSize">Rows of one optimizer step.</param>
/// <param name="LearningRate">Adam's step size, which <see cref="LearningRateSchedule"/> varies over the epochs.</param>
/// <param name="HiddenSize">Units of the hidden layer.</param>
/// <param name="Seed">Seeds initial weights, balancing, shuffling and dropout.</param>
public sealed record TrainingParameters(
    int Epochs = TrainingParameters.DefaultEpochs,
    int BatchSize = TrainingParameters.DefaultBatchSize,
    double LearningRate = TrainingParameters.DefaultLearningRate,
    int HiddenSize = TrainingParameters.DefaultHiddenSize,
    int Seed = TrainingParameters.DefaultSeed)
{
    public const int DefaultEpochs = 190;
    public const int DefaultBatchSize = 64;
    public const double DefaultLearningRate = 0.001;
    public const int DefaultHiddenSize = 64;
    public const int DefaultSeed = 42;

    public const int MinEpochs = 1;
    public const int MaxEpochs = 10_000;
    public const int MinBatchSize = 2;
    public const int MaxBatchSize = 4_096;
    public const double MinLearningRate = 1e-6;
    public const double MaxLearningRate = 1;
    public const int MinHiddenSize = 1;
    public const int MaxHiddenSize = 1_024;
    public const int MinSeed = 0;
    public const int MaxSeed = int.MaxValue;
}
