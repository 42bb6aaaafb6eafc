namespace ModelOps.Domain.Versions;

/// <summary>Names of the networks that can be trained and served; a version names its own for ever.</summary>
public static class Architectures
{
    /// <summary>Linear(4, hidden) → BatchNorm → ReLU → Dropout 0.3 → Linear(hidden, 3).</summary>
    public const string MlpBatchNorm = "mlp-bn";
}
