using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>
/// The set of plausible classes of a patient: label-conditional conformal prediction (Vovk, Gammerman and Shafer, "Algorithmic learning in
/// a random world", 2005; Sadinle, Lei and Wasserman, "Least ambiguous set-valued classifiers with bounded error levels", 2019). For each
/// class, the set contains the true class of at least 90 % of the patients. This holds if the patients have the
/// same distribution as the hold-out rows.
/// </summary>
/// <param name="Quantiles">
/// The threshold of each class. With p the predicted probability of the class, the set contains the class if 1 − p is at most the
/// threshold. The threshold is the value of rank ⌈(n + 1)·0.9⌉ of 1 − p among the n hold-out rows of the class. It is null for fewer than
/// 9 rows, because the rank then exceeds n; the set then always contains the class.
/// </param>
public sealed record PlausibleSets(IReadOnlyDictionary<DiabetesClass, double?> Quantiles)
{
    /// <summary>All sets of classes; bit c of a set's place says whether it contains class c.</summary>
    private static readonly IReadOnlyList<DiabetesClass>[] Sets =
    [
        .. Enumerable.Range(0, 1 << DiabetesClasses.Count)
            .Select(bits => DiabetesClasses.All.Where(c => (bits >> (int)c & 1) == 1).ToArray()),
    ];

    /// <summary>
    /// The plausible classes, in class order. Several classes mean that the model is uncertain. An empty set means that the patient doesn't
    /// resemble the hold-out rows of any class.
    /// </summary>
    /// <param name="probabilities">Three probabilities in class order.</param>
    public IReadOnlyList<DiabetesClass> Plausible(ReadOnlySpan<double> probabilities)
    {
        var set = 0;
        for (var c = 0; c < DiabetesClasses.Count; c++)
        {
            if (Quantiles[(DiabetesClass)c] is not { } quantile || Strangeness(probabilities[c]) <= quantile)
            {
                set |= 1 << c;
            }
        }

        return Sets[set];
    }

    /// <summary>Computes the thresholds from the hold-out rows.</summary>
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

            // ⌈9(n + 1)/10⌉ in integer arithmetic, because a double can't represent 0.9 exactly.
            var rank = (int)(((9L * (scores.Length + 1)) + 9) / 10);
            Array.Sort(scores);
            quantiles[c] = rank <= scores.Length ? scores[rank - 1] : null;
        }

        return new PlausibleSets(quantiles);
    }

    // The nonconformity score. Both sides of the comparison use it, so equal probabilities give bitwise equal scores.
    private static double Strangeness(double probability) => 1 - probability;
}
