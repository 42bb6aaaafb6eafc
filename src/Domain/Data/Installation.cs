namespace ModelOps.Domain.Data;

/// <summary>What is decided once, when an installation starts for the first time.</summary>
public sealed class Installation
{
    public const int SingletonId = 1;

    private Installation()
    {
    }

    public int Id { get; private set; } = SingletonId;

    /// <summary>The key of <see cref="SplitKey"/>; every version's specification repeats it.</summary>
    public byte[] SplitKey { get; private set; } = [];

    public static Installation Create(SplitKey splitKey) => new() { SplitKey = splitKey.ToArray() };
}
