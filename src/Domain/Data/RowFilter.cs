using System.Numerics;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Data;

/// <summary>
/// A Bloom filter over rows: it never denies a row that was added, and admits about 1 in 400 others. It has 16 bits a row and at most
/// 8 MB, so that beyond 4 million rows it admits more.
/// </summary>
public sealed class RowFilter
{
    private const long MaxBits = 1L << 26;
    private const int Probes = 4;

    private readonly ulong[] _words;

    internal RowFilter(long rows) =>
        _words = new ulong[BitOperations.RoundUpToPowerOf2((ulong)Math.Clamp(rows * 16, 64, MaxBits)) / 64];

    public bool MayContain(LabelledExample row)
    {
        var (hash, step) = Hash(CanonicalKey.Of(row));
        for (var i = 0; i < Probes; i++, hash += step)
        {
            if ((_words[Word(hash)] & Bit(hash)) == 0)
            {
                return false;
            }
        }

        return true;
    }

    internal void Add(CanonicalKey key)
    {
        var (hash, step) = Hash(key);
        for (var i = 0; i < Probes; i++, hash += step)
        {
            _words[Word(hash)] |= Bit(hash);
        }
    }

    private int Word(ulong hash) => (int)((hash >> 6) & (ulong)(_words.Length - 1));

    private static ulong Bit(ulong hash) => 1UL << (int)(hash & 63);

    /// <summary>Two hashes in one, as double hashing needs them (Kirsch and Mitzenmacher, 2006).</summary>
    private static (ulong Hash, ulong Step) Hash(CanonicalKey key)
    {
        var hash = Mix(Mix(Mix(key.First) ^ key.Second) ^ key.Third ^ ((ulong)key.Rest << 48));
        return (hash, BitOperations.RotateLeft(hash, 32) | 1);
    }

    /// <summary>The finalizer of SplitMix64.</summary>
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
