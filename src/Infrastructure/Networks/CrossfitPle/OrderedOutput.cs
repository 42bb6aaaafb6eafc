using System.Numerics;

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

    /// <summary>
    /// The same for many outputs at once (all spans of one length, a multiple of the vectors'): with A = e^a and G = e^g,
    /// P(Negative) = 1 / (1 + A), P(Prediabetes) = A·G / ((1 + A)·(1 + A + G)), P(Diabetes) = A / (1 + A + G).
    /// </summary>
    public static void Probabilities(
        ReadOnlySpan<double> a, ReadOnlySpan<double> g, Span<double> negative, Span<double> prediabetes, Span<double> diabetes)
    {
        // Within these limits no product overflows; beyond them a probability is 0 or 1 to more digits than a double has.
        var (low, high, one) = (new Vector<double>(-300), new Vector<double>(300), Vector<double>.One);
        for (var i = 0; i < a.Length; i += Vector<double>.Count)
        {
            var ea = Vector.Exp(Vector.Clamp(new Vector<double>(a[i..]), low, high));
            var eg = Vector.Exp(Vector.Clamp(new Vector<double>(g[i..]), low, high));
            var lowest = one / (one + ea);
            var highest = ea / (one + ea + eg);
            lowest.CopyTo(negative[i..]);
            (highest * eg * lowest).CopyTo(prediabetes[i..]);
            highest.CopyTo(diabetes[i..]);
        }
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
