using System.Numerics;

namespace ModelOps.Domain;

/// <summary>
/// The pseudorandom number generator xoshiro256**, seeded by SplitMix64 (Blackman and Vigna, "Scrambled linear pseudorandom number
/// generators", 2021). It replaces <see cref="Random"/>, whose sequence may differ between .NET versions: reproducing a version must give
/// the same weights. Not thread-safe.
/// </summary>
public sealed class SeededRandom
{
    private ulong _s0, _s1, _s2, _s3;

    /// <summary>
    /// Creates an independent stream for each (seed, purpose, index), so the numbers of one consumer don't depend on another consumer.
    /// </summary>
    public SeededRandom(int seed, RandomPurpose purpose, int index = 0)
    {
        var state = (ulong)(uint)seed | ((ulong)purpose << 32);
        state = Mix(ref state) ^ (ulong)(uint)index;
        _s0 = Mix(ref state);
        _s1 = Mix(ref state);
        _s2 = Mix(ref state);
        _s3 = Mix(ref state);
    }

    public ulong NextUInt64()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>A uniform number in [0, 1) with 53 random bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A uniform integer in [0, <paramref name="bound"/>), by multiplication and rejection (Lemire, 2019).</summary>
    public int NextInt32(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        var range = (uint)bound;
        var product = (NextUInt64() >> 32) * range;
        if ((uint)product < range)
        {
            var threshold = (0u - range) % range;
            while ((uint)product < threshold)
            {
                product = (NextUInt64() >> 32) * range;
            }
        }

        return (int)(product >> 32);
    }

    /// <summary>Shuffles the items in place (Fisher–Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = NextInt32(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong Mix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15UL;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}

/// <summary>
/// The purpose of a random number stream. The numeric values are part of the seed: a change would make stored versions irreproducible.
/// </summary>
public enum RandomPurpose
{
    InitialWeights = 1,
    Balancing = 2,
    Shuffling = 3,
    Dropout = 4,
    Bootstrap = 5,
    Sample = 6,
    MemberWeights = 7,
    MemberOrder = 8,
}
