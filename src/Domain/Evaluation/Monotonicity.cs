using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>
/// Whether a rising HbA1c alone can lower the probability of Diabetes, which no clinician expects. A network can promise that it doesn't;
/// for one that doesn't promise it, the share of patients is measured.
/// </summary>
public static class Monotonicity
{
    /// <summary>HbA1c from which the probability shall not fall, %.</summary>
    public const double From = AdaRule.PrediabetesFrom;

    /// <summary>A fall of the probability by more than this counts.</summary>
    public const double Tolerance = 0.01;

    /// <summary>Patients that are tried at most: the first ones.</summary>
    public const int MaxPatients = 1_000;

    private const double Step = 0.1;
    private const int Steps = 194;

    /// <summary>Writes the probabilities (length 3, in class order) that a version gives a patient.</summary>
    public delegate void Answer(PatientFeatures features, Span<double> probabilities);

    /// <summary>
    /// The share 0..1 of patients for whom the probability of Diabetes, as HbA1c alone rises from <see cref="From"/> to 25 % in steps of
    /// 0.1, falls by more than <see cref="Tolerance"/> below its highest value so far. Null without a patient.
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
