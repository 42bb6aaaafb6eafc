using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Networks.CrossfitPle;

/// <summary>
/// Mixes the network's prediction with the ADA rule: λ·network + (1 − λ)·rule, λ = n² / (n² + 2500) for n distinct training rows. The
/// rule gives its class 0.90 and each other class 0.05. With ten rows the rule dominates; with a few hundred rows the network does.
/// </summary>
internal static class SmallDataMixture
{
    public const double HalfWeight = 2_500;
    public const double RuleClass = 0.90;
    public const double RuleOthers = 0.05;

    /// <summary>λ, the network's share 0..1.</summary>
    public static double NetworkShare(int rows) => (double)rows * rows / (((double)rows * rows) + HalfWeight);

    /// <summary>
    /// Computes the answer from the raw mean of the members. P(Diabetes) is replaced if <paramref name="monotone"/> is given, and the other
    /// two classes keep their ratio. Then the rule is mixed in.
    /// </summary>
    public static void Complete(PatientFeatures features, double? monotone, double networkShare, Span<double> probabilities)
    {
        if (monotone is { } diabetes)
        {
            var others = probabilities[0] + probabilities[1];
            var negative = others > 0 ? probabilities[0] / others : 0;
            probabilities[0] = (1 - diabetes) * negative;
            probabilities[1] = (1 - diabetes) * (1 - negative);
            probabilities[2] = diabetes;
        }

        var rule = (int)AdaRule.Classify(features);
        for (var c = 0; c < probabilities.Length; c++)
        {
            probabilities[c] = (networkShare * probabilities[c]) + ((1 - networkShare) * (c == rule ? RuleClass : RuleOthers));
        }
    }
}
