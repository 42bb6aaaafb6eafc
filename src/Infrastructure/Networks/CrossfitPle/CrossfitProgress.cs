namespace ModelOps.Infrastructure.Networks.CrossfitPle;

/// <summary>The progress of a training and the kept weights of each member.</summary>
internal sealed class CrossfitProgress(CrossfitWeights kept)
{
    /// <summary>The number of completed optimizer steps.</summary>
    public long Steps { get; set; }

    /// <summary>The step after which a pooled loss improved last.</summary>
    public long LastImprovement { get; set; }

    /// <summary>For each member, the lowest pooled loss of all other members; infinite before the first evaluation.</summary>
    public double[] BestLosses { get; init; } = [.. Enumerable.Repeat(double.PositiveInfinity, CrossfitShape.Members)];

    /// <summary>The epoch of each member's kept weights; 0 for the initial weights.</summary>
    public int[] KeptEpochs { get; init; } = new int[CrossfitShape.Members];

    /// <summary>The pooled loss and macro F1 of the latest evaluation; null before the first.</summary>
    public (double Loss, double F1)? Measured { get; set; }

    public CrossfitWeights Kept => kept;

    /// <summary>Keeps a member's current weights.</summary>
    public void Keep(int member, double pooledLoss, int epoch, CrossfitWeights weights)
    {
        BestLosses[member] = pooledLoss;
        KeptEpochs[member] = epoch;
        LastImprovement = Steps;
        kept.CopyMember(weights, member);
    }
}
