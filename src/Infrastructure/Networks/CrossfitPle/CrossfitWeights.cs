using ModelOps.Domain;

namespace ModelOps.Infrastructure.Networks.CrossfitPle;

/// <summary>The weights of all members, or one of their moments, as row-major arrays in the order W1, b1, W2, b2.</summary>
internal sealed class CrossfitWeights
{
    private CrossfitWeights(int hidden, float[][] arrays)
    {
        Hidden = hidden;
        Arrays = arrays;
    }

    public int Hidden { get; }

    /// <summary>W1 [10, 53, h], b1 [10, h], W2 [10, h, 2], b2 [10, 2].</summary>
    public IReadOnlyList<float[]> Arrays { get; }

    public float[] W1 => Arrays[0];

    public float[] B1 => Arrays[1];

    public float[] W2 => Arrays[2];

    public float[] B2 => Arrays[3];

    public static CrossfitWeights Zeros(int hidden) =>
        new(hidden, [.. TensorShapes(hidden).Select(shape => new float[shape.Aggregate(1L, (product, size) => product * size)])]);

    /// <summary>Initial weights: W1 and b1 uniform in ±1/√53, W2 in ±1/√h, b2 zero. Each member has its own random stream.</summary>
    public static CrossfitWeights Initial(int hidden, int seed)
    {
        var weights = Zeros(hidden);
        for (var m = 0; m < CrossfitShape.Members; m++)
        {
            var random = new SeededRandom(seed, RandomPurpose.MemberWeights, m);
            Fill(weights.OfMember(0, m), 1 / Math.Sqrt(PiecewiseEncoding.Width), random);
            Fill(weights.OfMember(1, m), 1 / Math.Sqrt(PiecewiseEncoding.Width), random);
            Fill(weights.OfMember(2, m), 1 / Math.Sqrt(hidden), random);
        }

        return weights;
    }

    /// <exception cref="ArgumentException">The length of an array does not match its shape.</exception>
    public static CrossfitWeights Of(int hidden, params float[][] arrays)
    {
        var lengths = Zeros(hidden).Arrays.Select(a => a.Length);
        return arrays.Select(a => a.Length).SequenceEqual(lengths)
            ? new CrossfitWeights(hidden, arrays)
            : throw new ArgumentException("The weights don't fit the network.", nameof(arrays));
    }

    /// <summary>The shapes in the order of <see cref="Arrays"/>. b1 and b2 have a dimension of 1 for the rows.</summary>
    public static IReadOnlyList<long[]> TensorShapes(int hidden) =>
    [
        [CrossfitShape.Members, PiecewiseEncoding.Width, hidden],
        [CrossfitShape.Members, 1, hidden],
        [CrossfitShape.Members, hidden, CrossfitShape.Outputs],
        [CrossfitShape.Members, 1, CrossfitShape.Outputs],
    ];

    /// <summary>One member's part of an array.</summary>
    public Span<float> OfMember(int array, int member)
    {
        var length = Arrays[array].Length / CrossfitShape.Members;
        return Arrays[array].AsSpan(member * length, length);
    }

    /// <summary>Copies one member's weights from other weights.</summary>
    public void CopyMember(CrossfitWeights from, int member)
    {
        for (var i = 0; i < Arrays.Count; i++)
        {
            from.OfMember(i, member).CopyTo(OfMember(i, member));
        }
    }

    private static void Fill(Span<float> weights, double bound, SeededRandom random)
    {
        foreach (ref var weight in weights)
        {
            weight = (float)((2 * random.NextDouble() - 1) * bound);
        }
    }
}
