using static ModelOps.Application.Texts;

namespace ModelOps.WebApi.Dashboard;

/// <summary>Descriptions of the networks for users. A network without a description is shown by its technical name.</summary>
internal static class NetworkNames
{
    private const string Crossfit = "crossfit-ple", Single = "mlp-bn";

    /// <summary>Whether each patient is used to train some members of the network and to evaluate the others.</summary>
    public static bool IsCrossFitted(string architecture) => architecture == Crossfit;

    public static string Of(string architecture) => architecture switch
    {
        Crossfit => Say($"Ten networks together ({architecture})"),
        Single => Say($"One network ({architecture})"),
        _ => architecture,
    };

    /// <summary>Describes how the network uses the patients; null for a network without a description.</summary>
    public static string? Use(string architecture) => architecture switch
    {
        Crossfit => Say($"Each of the ten leaves out another tenth of the patients. So every patient is learned from, and is judged by a network that had never seen that patient."),
        Single => Say($"It learns from about seven of ten patients. One in ten chooses the best moment of the training, and two in ten are kept apart to judge it."),
        _ => null,
    };
}
