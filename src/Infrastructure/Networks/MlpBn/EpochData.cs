using System.Runtime.Intrinsics;
using ModelOps.Domain;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Networks.MlpBn;

/// <summary>The standardised training side. The order and the dropout of each epoch are derived from (seed, epoch).</summary>
internal sealed class EpochData
{
    /// <summary>Dropout 0.3: an activation is kept with probability 45,875 / 65,536 = 0.69999.</summary>
    private const int KeepOf65536 = 45_875;

    /// <summary>The factor by which a kept activation is multiplied.</summary>
    public const float Scale = 1 / 0.7f;

    private readonly float[] _inputs;
    private readonly byte[] _classes;
    private readonly int[] _order;
    private readonly int _seed;

    public EpochData(IReadOnlyList<LabelledExample> training, int[] balanced, StandardScaler scaler, int seed)
    {
        _seed = seed;
        _inputs = new float[balanced.Length * PatientFeatures.Count];
        _classes = new byte[balanced.Length];
        _order = new int[balanced.Length];
        for (var i = 0; i < balanced.Length; i++)
        {
            var row = training[balanced[i]];
            scaler.Transform(row.Features, _inputs.AsSpan(i * PatientFeatures.Count, PatientFeatures.Count));
            _classes[i] = (byte)row.Class;
        }
    }

    public int Rows => _classes.Length;

    /// <summary>Shuffles the rows for an epoch. Epochs are numbered from 1.</summary>
    public void Shuffle(int epoch)
    {
        // Each shuffle starts from the same order, so that an epoch's order doesn't depend on earlier epochs.
        for (var i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }

        new SeededRandom(_seed, RandomPurpose.Shuffling, epoch).Shuffle(_order.AsSpan());
    }

    /// <summary>Copies rows in the current order: inputs [n, 4] and one-hot classes [n, 3].</summary>
    public void Fill(int from, Span<float> inputs, Span<float> oneHot)
    {
        oneHot.Clear();
        for (var i = 0; i < inputs.Length / PatientFeatures.Count; i++)
        {
            var row = _order[from + i];
            _inputs.AsSpan(row * PatientFeatures.Count, PatientFeatures.Count).CopyTo(inputs[(i * PatientFeatures.Count)..]);
            oneHot[i * DiabetesClasses.Count + _classes[row]] = 1;
        }
    }

    /// <summary>Fills dropout's factors. A 64-bit random number gives four factors; its lowest 16 bits give the first one.</summary>
    public static void FillMask(SeededRandom random, Span<float> mask)
    {
        var keep = Vector256.Create((ushort)KeepOf65536);
        var scale = Vector256.Create(Scale).AsInt32();
        var i = 0;
        for (; i + Vector256<ushort>.Count <= mask.Length; i += Vector256<ushort>.Count)
        {
            var bits = Vector256.Create(random.NextUInt64(), random.NextUInt64(), random.NextUInt64(), random.NextUInt64()).AsUInt16();
            var (lower, upper) = Vector256.Widen(Vector256.LessThan(bits, keep).AsInt16());
            (lower & scale).AsSingle().CopyTo(mask[i..]);
            (upper & scale).AsSingle().CopyTo(mask[(i + Vector256<float>.Count)..]);
        }

        for (var bits = 0UL; i < mask.Length; i++)
        {
            bits = (i & 3) == 0 ? random.NextUInt64() : bits >> 16;
            mask[i] = (ushort)bits < KeepOf65536 ? Scale : 0;
        }
    }
}
