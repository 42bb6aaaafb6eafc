using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>
/// Checks that the probability of Diabetes doesn't decrease when only HbA1c increases, as clinicians expect. Some networks guarantee this
/// by construction. For the other networks, this class measures the share of patients for whom the probability decreases.
/// </summary>
public static class Monotonicity
{
    /// <summary>Lower end of the checked HbA1c range, in %.</summary>
    public const double From = AdaRule.PrediabetesFrom;

    /// <summary>A decrease of the probability by more than this value is a violation.</summary>
    public const double Tolerance = 0.01;

    /// <summary>Maximum number of patients; only the first ones are checked.</summary>
    public const int MaxPatients = 1_000;

    private const double Step = 0.1;
    private const int Steps = 194;

    /// <summary>Predicts the three probabilities, in class order, of a patient.</summary>
    public delegate void Answer(PatientFeatures features, Span<double> probabilities);

    /// <summary>
    /// The share 0..1 of patients with a violation; null without patients. For each patient, only HbA1c increases, from <see cref="From"/>
    /// to 25 % in steps of 0.1 %. A violation is a probability of Diabetes more than <see cref="Tolerance"/> below its previous maximum.
    /// </summary>
    public static double? ViolationShare(IEnumerable<PatientFeatures> patients, Answer answer)
    {
        var (tried, violated) = (0, 0);
        foreach (var patient in patients.Take(MaxPatients))
        {
            tried++;
            violated += Falls(patient, answer) ? 1 : 0;
        }

        return tried == 0 ? null : (double)violated / tried;
    }

    private static bool Falls(PatientFeatures patient, Answer answer)
    {
        Span<double> p = stackalloc double[DiabetesClasses.Count];
        var highest = 0.0;
        for (var i = 0; i < Steps; i++)
        {
            answer(patient with { HbA1c = From + (i * Step) }, p);
            if (p[(int)DiabetesClass.Diabetes] < highest - Tolerance)
            {
                return true;
            }

            highest = Math.Max(highest, p[(int)DiabetesClass.Diabetes]);
        }

        return false;
    }
}
