using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>
/// The diagnosis by HbA1c alone: below 5.7 % Negative, below 6.5 % Prediabetes, else Diabetes (American Diabetes Association,
/// Standards of Care, "Diagnosis and Classification of Diabetes"). What a network has to beat to be worth having.
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
