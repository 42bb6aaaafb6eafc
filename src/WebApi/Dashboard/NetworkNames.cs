using static ModelOps.Application.Texts;

namespace ModelOps.WebApi.Dashboard;

/// <summary>The networks in words for the reader; a network without words of its own keeps its technical name.</summary>
internal static class NetworkNames
{
    private const string Crossfit = "crossfit-ple", Single = "mlp-bn";

    /// <summary>Whether each patient is learned from by some members of the network and judged by the others.</summary>
    public static bool IsCrossFitted(string architecture) => architecture == Crossfit;

    public static string Of(string architecture) => architecture switch
    {
        Crossfit => Say($"Ten networks together ({architecture})"),
        Single => Say($"One network ({architecture})"),
        _ => architecture,
    };

    /// <summary>How the network uses the patients; null for one without words of its own.</summary>
    public static string? Use(string architecture) => architecture switch
    {
        Crossfit => Say($"Each of the ten leaves out another tenth of the patients. So every patient is learned from, and is judged by a network that had never seen that patient."),
        Single => Say($"It learns from about seven of ten patients. One in ten chooses the best moment of the training, and two in ten are kept apart to judge it."),
        _ => null,
    };
}
