using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>
/// Which classes remain plausible for a patient: label-conditional conformal sets (Vovk, Gammerman and Shafer, "Algorithmic learning in a
/// random world", 2005; Sadinle, Lei and Wasserman, "Least ambiguous set-valued classifiers with bounded error levels", 2019). Of the
/// patients of each class, at least <see cref="Coverage"/> have their class in the set, provided that they resemble the judged rows.
/// </summary>
/// <param name="Quantiles">
/// Of each class, the value that 1 − p may not exceed for the class to be in the set: the value of rank ⌈(n + 1)·0.9⌉ of 1 − p among the
/// class's n judged rows. Null where there are fewer than 9 rows, too few for such a rank: the class is then always in the set.
/// </param>
public sealed record PlausibleSets(IReadOnlyDictionary<DiabetesClass, double?> Quantiles)
{
    public const double Coverage = 0.9;

    /// <summary>
    /// The plausible classes, in class order. Several mean that the model is unsure; none means that the patient is unlike those of every
    /// class.
    /// </summary>
    /// <param name="probabilities">Three in class order.</param>
    public IReadOnlyList<DiabetesClass> Plausible(ReadOnlySpan<double> probabilities)
    {
        var plausible = new List<DiabetesClass>(DiabetesClasses.Count);
        foreach (var c in DiabetesClasses.All)
        {
            if (Quantiles[c] is not { } quantile || Strangeness(probabilities[(int)c]) <= quantile)
            {
                plausible.Add(c);
            }
        }

        return plausible;
    }

    /// <summary>The quantiles of the judged rows.</summary>
    public static PlausibleSets Of(JudgedRows rows)
    {
        var truth = rows.Truth;
        var probabilities = rows.Probabilities;
        var quantiles = new Dictionary<DiabetesClass, double?>();
        foreach (var c in DiabetesClasses.All)
        {
            var scores = new double[truth.Count((byte)c)];
            for (int i = 0, next = 0; i < truth.Length; i++)
            {
                if (truth[i] == (byte)c)
                {
                    scores[next++] = Strangeness(probabilities[(i * DiabetesClasses.Count) + (int)c]);
                }
            }

            // ⌈9(n + 1)/10⌉ in integers, as 0.9 isn't exact in binary.
            var rank = (int)(((9L * (scores.Length + 1)) + 9) / 10);
            Array.Sort(scores);
            quantiles[c] = rank <= scores.Length ? scores[rank - 1] : null;
        }

        return new PlausibleSets(quantiles);
    }

    // One expression for both sides of the comparison, so that rounding can't separate equal probabilities.
    private static double Strangeness(double probability) => 1 - probability;
}
