namespace ModelOps.Infrastructure.Networks.CrossfitPle;

/// <summary>The sizes of crossfit-ple that are the same in every version.</summary>
internal static class CrossfitShape
{
    /// <summary>The number of members. Member m trains on all folds except fold m.</summary>
    public const int Members = Domain.Data.SplitKey.Folds;

    /// <summary>The number of outputs (a, g) of a member; see <see cref="OrderedOutput"/>.</summary>
    public const int Outputs = 2;
}
