using ModelOps.Domain.Data;

namespace ModelOps.Infrastructure.Networks.CrossfitPle;

/// <summary>The sizes of the network crossfit-ple that are the same in every version.</summary>
internal static class CrossfitShape
{
    /// <summary>Member m trains on all folds but fold m.</summary>
    public const int Members = Domain.Data.SplitKey.Folds;

    /// <summary>Outputs (a, g) of a member, see <see cref="OrderedOutput"/>.</summary>
    public const int Outputs = 2;
}
