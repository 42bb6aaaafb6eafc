using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>
/// A baseline that diagnoses by HbA1c alone: below 5.7 % Negative, below 6.5 % Prediabetes, otherwise Diabetes (American Diabetes
/// Association, Standards of Care, "Diagnosis and Classification of Diabetes"). A useful network must perform better than this rule.
/// </summary>
public static class AdaRule
{
    public const double PrediabetesFrom = 5.7;
    public const double DiabetesFrom = 6.5;

    public static DiabetesClass Classify(PatientFeatures features) => features.HbA1c switch
    {
        < PrediabetesFrom => DiabetesClass.Negative,
        < DiabetesFrom => DiabetesClass.Prediabetes,
        _ => DiabetesClass.Diabetes,
    };
}
