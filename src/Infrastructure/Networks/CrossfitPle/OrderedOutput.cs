namespace ModelOps.Infrastructure.Networks.CrossfitPle;

/// <summary>
/// The meaning of a member's outputs (a, g). With b = a − softplus(g): P(Negative) = σ(−a), P(Diabetes) = σ(b),
/// P(Prediabetes) = σ(a)·σ(−b)·σ(g). The three sum to 1.
/// </summary>
internal static class OrderedOutput
{
    /// <summary>Writes the probabilities of the three classes (length 3, class order), each with a small relative error.</summary>
    public static void Probabilities(double a, double g, Span<double> probabilities)
    {
        var minusB = Softplus(g) - a;
        probabilities[0] = Sigmoid(-a);
        probabilities[1] = Sigmoid(a) * Sigmoid(minusB) * Sigmoid(g);
        probabilities[2] = Sigmoid(-minusB);
    }

    /// <summary>−ln P(class) for single-precision outputs.</summary>
    public static double NegativeLogLikelihood(double a, double g, int @class)
    {
        var v = Softplus(g) - a;
        return @class switch
        {
            0 => Softplus(a),
            1 => Softplus(-a) + Softplus(v) - v + Softplus(-g),
            _ => Softplus(v),
        };
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));
}
