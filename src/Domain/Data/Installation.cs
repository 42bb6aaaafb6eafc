namespace ModelOps.Domain.Data;

/// <summary>Settings that are created at the first start of an installation and never change.</summary>
public sealed class Installation
{
    public const int SingletonId = 1;

    private Installation()
    {
    }

    public int Id { get; private set; } = SingletonId;

    /// <summary>The bytes of the <see cref="Data.SplitKey"/>. Every version stores a copy in its specification.</summary>
    public byte[] SplitKey { get; private set; } = [];

    public static Installation Create(SplitKey splitKey) => new() { SplitKey = splitKey.ToArray() };
}
