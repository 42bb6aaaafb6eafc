namespace ModelOps.Infrastructure.Networks.CrossfitPle;

/// <summary>How far a training has come, and the weights that each member keeps so far.</summary>
internal sealed class CrossfitProgress(CrossfitWeights kept)
{
    /// <summary>Optimizer steps that are done.</summary>
    public long Steps { get; set; }

    /// <summary>The step after which a pooled loss last improved.</summary>
    public long LastImprovement { get; set; }

    /// <summary>For each member the lowest pooled loss of the others; before the first evaluation infinite.</summary>
    public double[] BestLosses { get; init; } = [.. Enumerable.Repeat(double.PositiveInfinity, CrossfitShape.Members)];

    /// <summary>The epoch of each member's kept weights; 0 for the initial ones.</summary>
    public int[] KeptEpochs { get; init; } = new int[CrossfitShape.Members];

    /// <summary>The pooled loss and macro F1 of the latest evaluation; null before the first.</summary>
    public (double Loss, double F1)? Measured { get; set; }

    public CrossfitWeights Kept => kept;

    /// <summary>Keeps a member's present weights.</summary>
    public void Keep(int member, double pooledLoss, int epoch, CrossfitWeights weights)
    {
        BestLosses[member] = pooledLoss;
        KeptEpochs[member] = epoch;
        LastImprovement = Steps;
        kept.CopyMember(weights, member);
    }
}
