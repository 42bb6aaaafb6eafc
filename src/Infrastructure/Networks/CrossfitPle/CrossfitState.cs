using static TorchSharp.torch;

namespace ModelOps.Infrastructure.Networks.CrossfitPle;

/// <summary>
/// All state that the optimizer changes: the members' weights W1 [10, 53, h], b1 [10, 1, h], W2 [10, h, 2], b2 [10, 1, 2] and the two
/// moments of each, in libtorch's memory.
/// </summary>
internal sealed class CrossfitState : IDisposable
{
    private CrossfitState(CrossfitWeights weights, CrossfitWeights first, CrossfitWeights second)
    {
        Hidden = weights.Hidden;
        Weights = Owned(weights);
        FirstMoments = Owned(first);
        SecondMoments = Owned(second);
    }

    public int Hidden { get; }

    /// <summary>W1, b1, W2, b2.</summary>
    public IReadOnlyList<Tensor> Weights { get; }

    public IReadOnlyList<Tensor> FirstMoments { get; }

    public IReadOnlyList<Tensor> SecondMoments { get; }

    public static CrossfitState Initial(int hidden, int seed) =>
        new(CrossfitWeights.Initial(hidden, seed), CrossfitWeights.Zeros(hidden), CrossfitWeights.Zeros(hidden));

    public static CrossfitState From(CrossfitWeights weights, CrossfitWeights first, CrossfitWeights second) => new(weights, first, second);

    public static CrossfitWeights Copy(IReadOnlyList<Tensor> tensors, int hidden)
    {
        var copy = CrossfitWeights.Zeros(hidden);
        for (var i = 0; i < tensors.Count; i++)
        {
            tensors[i].data<float>().CopyTo(copy.Arrays[i], 0, 0);
        }

        return copy;
    }

    /// <summary>
    /// Copies the weights to memory that libtorch allocates, which always has the same alignment. A tensor over a managed array has varying
    /// alignment. The alignment changes the summation order of vectorised sums, and with it the last bit of the result.
    /// </summary>
    public static Tensor[] Owned(CrossfitWeights weights, ScalarType type = ScalarType.Float32)
    {
        var shapes = CrossfitWeights.TensorShapes(weights.Hidden);
        var owned = new Tensor[shapes.Count];
        for (var i = 0; i < owned.Length; i++)
        {
            using var view = tensor(weights.Arrays[i], [.. shapes[i]]);
            owned[i] = type == ScalarType.Float32 ? view.clone() : view.to(type);
        }

        return owned;
    }

    public void Dispose()
    {
        foreach (var each in Weights.Concat(FirstMoments).Concat(SecondMoments))
        {
            each.Dispose();
        }
    }
}
