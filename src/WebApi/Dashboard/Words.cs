using ModelOps.Application.Versions;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Infrastructure.Networks.MlpBn;
using ModelOps.WebApi.Dashboard.Parts;
using static ModelOps.Application.Texts;

namespace ModelOps.WebApi.Dashboard;

/// <summary>What the numbers mean, in sentences for somebody who knows no machine learning.</summary>
internal static class Words
{
    public static string Accuracy => Say($"Of 100 patients that the model had never seen, how many it put in the right class. The range is where the true value lies with 95 % certainty.");

    public static string MacroF1 => Say($"A mark from 0 to 1 that counts all three classes alike: it is high only if patients of each class are found, and few others are mistaken for them. The range is where the true value lies with 95 % certainty.");

    public static string Precision => Say($"Of the patients that the model puts in a class, the share that truly belong there; the mean over the classes.");

    public static string Recall => Say($"Of the patients that truly belong in a class, the share that the model finds; the mean over the classes.");

    public static string Loss => Say($"How far the stated probabilities are from the truth. Smaller is better; 0 would be certain and always right, and guessing gives 1.10.");

    public static string Calibration => Say($"How far stated certainty and truth lie apart. At 0.05, patients called 90 % certain are right about 85 to 95 times of 100.");

    public static string Baseline => Say($"What a rule without any learning reaches on the same patients. A model that isn't better than the rule isn't worth having.");

    public static string TestSide => Say($"Patients kept apart: no version ever learns from them, so they show how good it is with new ones.");

    public static string TrainingSide => Say($"Patients that the new version learns from.");

    public static string ValidationSide => Say($"Patients on whom the best moment of the training is chosen.");

    public static string PValue => Say($"How likely such a difference would be if both versions were equally good. Below 0.05 it is taken as real.");

    public static string Confusion => Say($"Rows are what the patients truly have, columns what the model said. The green diagonal is right, the rest are mistakes.");

    public static string Quality(double f1) => f1 switch
    {
        >= 0.9 => Say($"Very good"),
        >= 0.8 => Say($"Good"),
        >= 0.65 => Say($"Fair"),
        _ => Say($"Weak"),
    };

    /// <summary>How good a version is, in one sentence with its uncertainty.</summary>
    public static string Good(EvaluationReport report)
    {
        var interval = report.ConfidenceIntervals.Accuracy;
        return Say($"{Quality(report.F1Score)}: right for {Show.OfHundred(report.Accuracy)} of 100 patients it had never seen (between {Show.OfHundred(interval.Low)} and {Show.OfHundred(interval.High)}).");
    }

    /// <summary>Whether learning was worth it.</summary>
    public static (string Text, Kind Kind) AgainstRules(EvaluationReport report)
    {
        var best = report.Baselines.Max(b => b.F1Score);

        // Two digits tell apart what they can; a narrow win needs a third.
        Func<double, string> show = Show.Score(best) == Show.Score(report.F1Score) ? Show.Fine : Show.Score;
        return report.BeatsBaselines
            ? (Say($"Better than the simple rule by HbA1c alone (mark {show(report.F1Score)} against {show(best)})."), Kind.Success)
            : (Say($"Not better than a simple rule by HbA1c alone (mark {show(report.F1Score)} against {show(best)}). Think twice before you use it."), Kind.Warning);
    }

    public static string BaselineName(string name) => name switch
    {
        "majority" or "majority_class" => Say($"Always the most frequent class"),
        _ => Say($"HbA1c alone (the ADA's limits)"),
    };

    /// <summary>The verdict in one sentence.</summary>
    /// <param name="isPresent">Whether the baseline is the version in service, so that nobody needs the names.</param>
    public static string Verdict(ComparisonAnswer comparison, bool isPresent)
    {
        var (right, wrong) = (comparison.Table.OnlyCandidateRight, comparison.Table.OnlyBaselineRight);
        var (candidate, baseline) = isPresent ? (Say($"the new version"), Say($"the present one")) : (comparison.Candidate, comparison.Baseline);
        return wrong == 0
            ? Say($"On the same {Show.Count(comparison.Rows)} patients {candidate} is right {Times(right)} where {baseline} is wrong, and never the other way round: {VerdictWord(comparison)}")
            : Say($"On the same {Show.Count(comparison.Rows)} patients {candidate} is right {Times(right)} where {baseline} is wrong, and wrong {Times(wrong)} where {baseline} is right: {VerdictWord(comparison)}");
    }

    public static string Advice(ComparisonAnswer comparison) => comparison switch
    {
        { SuggestActivation: true } => Say($"Activating it is advised."),
        { Verdict: ComparisonVerdict.Better } => Say($"But it doesn't find more of the patients with diabetes, so activating it isn't advised without a reason."),
        { Verdict: ComparisonVerdict.Worse } => Say($"Keep the present one."),
        { Verdict: ComparisonVerdict.Equivalent } => Say($"There is no need to change."),
        { RowsNeeded: { } needed } when needed > comparison.Rows => Say($"There is no reason to change yet. About {Show.Count(needed)} patients kept apart would decide it."),
        _ => Say($"There is no reason to change yet."),
    };

    public static Kind VerdictKind(ComparisonAnswer comparison) => comparison switch
    {
        { SuggestActivation: true } => Kind.Success,
        { Verdict: ComparisonVerdict.Worse } => Kind.Error,
        { Verdict: ComparisonVerdict.Better } => Kind.Warning,
        _ => Kind.Info,
    };

    public static string Gender(Gender gender) => gender == Domain.Features.Gender.M ? Say($"Male") : Say($"Female");

    /// <summary>A code of the form, in words; one without words of its own stands for itself.</summary>
    public static string Code(string code) => Enum.TryParse<Gender>(code, out var gender) ? Gender(gender) : code;

    /// <summary>A column's name and unit.</summary>
    public static string Column(Column column) => column.Name switch
    {
        ColumnNames.Age => Say($"Age (years)"),
        ColumnNames.Bmi => Say($"BMI (kg/m²)"),
        ColumnNames.Gender => Say($"Gender"),
        _ => column.Unit is null ? column.Name : $"{column.Name} ({column.Unit})",
    };

    /// <summary>What a column means; null where its name says everything.</summary>
    public static string? ColumnHelp(Column column) => column.Name switch
    {
        ColumnNames.HbA1c => Say($"Glycated haemoglobin in percent; 6.5 % is about 48 mmol/mol."),
        ColumnNames.Bmi => Say($"Weight in kilograms, divided twice by the height in metres."),
        _ => null,
    };

    private static string VerdictWord(ComparisonAnswer comparison) => comparison.Verdict switch
    {
        ComparisonVerdict.Better => Say($"better, p = {P(comparison.PValue)}."),
        ComparisonVerdict.Worse => Say($"worse, p = {P(comparison.PValue)}."),
        ComparisonVerdict.Equivalent => Say($"equally good."),
        ComparisonVerdict.NotEnoughData => Say($"too few differences to tell."),
        _ => Say($"no clear difference, p = {P(comparison.PValue)}."),
    };

    private static string Times(int count) => count switch
    {
        0 => Say($"never"),
        1 => Say($"once"),
        _ => Say($"{Show.Count(count)} times"),
    };

    private static string P(double value) => value < 0.001 ? Say($"under {Show.Fine(0.001)}") : Show.Fine(value);
}
