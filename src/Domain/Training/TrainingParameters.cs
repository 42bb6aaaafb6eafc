namespace ModelOps.Domain.Training;

/// <summary>
/// The hyperparameters of a training, chosen by an administrator. The validator, the database mapping and the OpenAPI document use the
/// limits below.
/// </summary>
/// <param name="Epochs">Number of passes over the training rows.</param>
/// <param name="BatchSize">Number of rows in one optimizer step.</param>
/// <param name="LearningRate">Base learning rate of Adam or AdamW. The network varies it during the training by a schedule.</param>
/// <param name="HiddenSize">Number of units in the hidden layer.</param>
/// <param name="Seed">Seed of the initial weights, class balancing, shuffling and dropout.</param>
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
