using ModelOps.Application.Predictions;
using ModelOps.Application.Versions;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.WebApi.Dashboard.Parts;
using static ModelOps.Application.Texts;

namespace ModelOps.WebApi.Dashboard;

/// <summary>Explains the numbers in sentences for readers without knowledge of machine learning.</summary>
internal static class Words
{
    public static string Accuracy => Say($"Of 100 patients, how many were put in the right class. Nobody is judged by a network that learned from that patient. The range is where the true value lies with 95 % certainty.");

    public static string MacroF1 => Say($"A mark from 0 to 1 that counts all three classes alike: it is high only if patients of each class are found, and few others are mistaken for them. The range is where the true value lies with 95 % certainty.");

    public static string Precision => Say($"Of the patients that the model puts in a class, the share that truly belong there; the mean over the classes.");

    public static string Recall => Say($"Of the patients that truly belong in a class, the share that the model finds; the mean over the classes.");

    public static string Loss => Say($"How far the stated probabilities are from the truth. Smaller is better; 0 would be certain and always right, and guessing gives 1.10.");

    public static string Calibration => Say($"How far stated certainty and truth lie apart. At 0.05, when it says 90 % certain, it is right between 85 and 95 times of 100.");

    public static string Baseline => Say($"What a rule without any learning reaches on the same patients. A model that isn't better than the rule isn't worth having.");

    public static string TestSide => Say($"Patients kept apart: this version never learned from them, so they show how good it is with new ones.");

    public static string TrainingSide => Say($"Patients that this version learned from.");

    public static string ValidationSide => Say($"Patients on whom the best moment of the training was chosen.");

    public static string CrossFittedSide => Say($"Nine of ten members of the network learned from each patient. The tenth had never seen that patient, and it alone judges.");

    public static string PValue => Say($"How likely such a difference would be if both versions were equally good. Below the level it is taken as real.");

    public static string SignificanceLevel => Say($"Every comparison on the same patients is one more chance to be wrong by luck, so later comparisons need a smaller p-value than the first.");

    public static string LogLossChange => Say($"How far the stated probabilities are from the truth, new minus old. Below 0 the candidate's probabilities are better.");

    public static string ValidationMark => Say($"Measured during the training, to find its best moment. The overall mark of the version is measured afterwards, on the patients that judge it, and can differ.");

    public static string Missed => Say($"Patients with diabetes whom the model puts in another class. Called Negative is worse than called Prediabetes, because nobody looks at them again.");

    public static string RankedProbabilityScore => Say($"How far the stated probabilities are from the truth, where an error by two classes counts more than an error by one. Smaller is better; 0 would be certain and always right.");

    public static string MonotonicityViolations => Say($"Of the patients tried, the share for whom a higher HbA1c alone lowers the probability of Diabetes by more than one in a hundred. It should be zero.");

    public static string PromisedShare => Say($"The mean of the probabilities that the model states for the class: so many patients of the class it promises.");

    /// <summary>A class with at least this probability is never said to be ruled out, whatever the prediction set says.</summary>
    public const double NeverRuledOutFrom = 0.05;

    public static string PlausibleFrom => Say($"Of 100 patients who judged the version and have the class, 90 got at least this probability of it. A patient's answer rules a class out only if it gives the class less than this, and less than {Show.Percent(NeverRuledOutFrom)}.");

    public static string Plausible => Say($"A class is ruled out only if its probability is under {Show.Percent(NeverRuledOutFrom)}, and lower than for 90 of 100 earlier patients with that class.");

    /// <summary>Which classes remain possible for a patient.</summary>
    /// <remarks>
    /// A class outside the prediction set only has a lower probability than most earlier patients of that class had. A model that is unsure
    /// of everybody leaves out classes with a probability of 30 %; readers would take that for a contradiction.
    /// </remarks>
    public static string CantBeRuledOut(IReadOnlyList<DiabetesClass> plausible, ClassProbabilities probabilities)
    {
        if (plausible.Count == 0)
        {
            return Say($"The model is less sure of this patient than of most earlier patients of every class. Rely on this answer only with care.");
        }

        var possible = new[]
        {
            (Class: DiabetesClass.Negative, Probability: probabilities.Negative),
            (Class: DiabetesClass.Prediabetes, Probability: probabilities.Prediabetes),
            (Class: DiabetesClass.Diabetes, Probability: probabilities.Diabetes),
        }.Where(c => plausible.Contains(c.Class) || c.Probability >= NeverRuledOutFrom).Select(c => c.Class).ToArray();
        return possible.Length == 1
            ? Say($"The other classes can be ruled out.")
            : Say($"Can't be ruled out: {string.Join(", ", possible.Select(Show.Class))}.");
    }

    public static string Agreement => Say($"The network has ten members, each of which learned from other patients. Where they disagree, the answer depends on who was learned from.");

    public static string Few => Say($"Fewer than {Subgroup.FewRows} patients of a class: too few to rely on these figures.");

    public static string NetBenefit => Say($"Suppose every patient whose probability is at least the threshold is examined further. The curve shows the patients rightly examined, less those examined for nothing, whose weight grows with the threshold. The model helps where its curve is above both others.");

    /// <summary>Describes how the version was evaluated.</summary>
    public static string JudgedBy(string architecture, int rows) => NetworkNames.IsCrossFitted(architecture)
        ? Say($"{rows:# patient|# patients} judged it, each through members of the network that had never seen that patient.")
        : Say($"{rows:# patient|# patients} judged it, kept apart: it never learned from them.");

    public static string MissedRange(MissedDiabetes missed) => missed.Of == 0
        ? Say($"no patient with diabetes")
        : Say($"{Show.Percent((double)missed.Missed / missed.Of)}; called Negative: {Show.Count(missed.AsNegative)}");

    public static string MissedOf(MissedDiabetes missed) => missed.Of == 0 ? "–" : Say($"{Show.Count(missed.Missed)} of {Show.Count(missed.Of)}");

    /// <summary>Explains why a report's figures are still uncertain; null if there are enough patients.</summary>
    public static string? Provisional(EvaluationReport report)
    {
        var smallest = report.PerClass.MinBy(c => c.Support)!;
        return report switch
        {
            { Provisional: false } => null,
            _ when smallest.Support < EvaluationReport.ProvisionalClassRows =>
                Say($"Provisional: only {smallest.Support:# of the patients that judged it is|# of the patients that judged it are} of the class {Show.Class(smallest.Class)}. With more patients these figures may change a lot."),
            _ => Say($"Provisional: only {report.Rows:# patient|# patients} judged it. With more patients these figures may change a lot."),
        };
    }

    /// <summary>The patients of a subgroup, such as <c>Women, 40 to 59</c>.</summary>
    public static string Group(Subgroup group)
    {
        var gender = group.Gender switch { null => null, Domain.Features.Gender.M => Say($"Men"), _ => Say($"Women") };
        var age = group switch
        {
            { AgeFrom: null } => null,
            { AgeBelow: null } => Say($"{group.AgeFrom} and older"),
            { AgeFrom: 0 } => Say($"under {group.AgeBelow}"),
            _ => Say($"{group.AgeFrom} to {group.AgeBelow - 1}"),
        };
        return string.Join(", ", new[] { gender, age }.OfType<string>());
    }

    public static string Confusion => Say($"Rows are what the patients truly have, columns what the model said. The green diagonal is right, the rest are mistakes.");

    public static string Quality(double f1) => f1 switch
    {
        >= 0.9 => Say($"Very good"),
        >= 0.8 => Say($"Good"),
        >= 0.65 => Say($"Fair"),
        _ => Say($"Weak"),
    };

    /// <summary>Describes a version's quality and its uncertainty in one sentence.</summary>
    public static string Good(EvaluationReport report)
    {
        var interval = report.ConfidenceIntervals.Accuracy;
        return Say($"{Quality(report.F1Score)}: right for {Show.OfHundred(report.Accuracy)} of 100 patients (between {Show.OfHundred(interval.Low)} and {Show.OfHundred(interval.High)}).");
    }

    /// <summary>Compares the version with simple rules that need no training.</summary>
    public static (string Text, Kind Kind) AgainstRules(EvaluationReport report)
    {
        var rule = report.Baselines.MaxBy(b => b.F1Score)!;
        var best = rule.F1Score;

        // Two decimals are enough unless both values round to the same number; then use three.
        Func<double, string> show = Show.Score(best) == Show.Score(report.F1Score) ? Show.Fine : Show.Score;
        var figures = rule.MissedDiabetes is { Of: > 0 } missed
            ? Say($"mark {show(report.F1Score)} against {show(best)}; diabetes missed: {MissedOf(report.MissedDiabetes)} against {MissedOf(missed)}")
            : Say($"mark {show(report.F1Score)} against {show(best)}");
        return report.BeatsBaselines
            ? (Say($"Better than the simple rule by HbA1c alone ({figures})."), Kind.Success)
            : (Say($"Not better than a simple rule by HbA1c alone ({figures}). Think twice before you use it."), Kind.Warning);
    }

    public static string BaselineName(string name) => name switch
    {
        "majority" or "majority_class" => Say($"Always the most frequent class"),
        _ => Say($"HbA1c alone (the ADA's limits)"),
    };

    /// <summary>The verdict in one sentence.</summary>
    /// <param name="isPresent">Whether the baseline is the version in service. The sentence then needs no version names.</param>
    /// <param name="called">What follows the word "version" of a version's technical name: its number where known.</param>
    public static string Verdict(ComparisonAnswer comparison, bool isPresent, Func<string, string> called)
    {
        var (right, wrong) = (comparison.Table.OnlyCandidateRight, comparison.Table.OnlyBaselineRight);
        var (candidate, baseline) = isPresent
            ? (Say($"the new version"), Say($"the present one"))
            : (Say($"version no. {called(comparison.Candidate)}"), Say($"version no. {called(comparison.Baseline)}"));
        return wrong == 0
            ? Say($"On the same {comparison.Rows:patient|# patients} {candidate} is {right:=0 never right|right once|right # times} where {baseline} is wrong, and never the other way round: {VerdictWord(comparison)}")
            : Say($"On the same {comparison.Rows:patient|# patients} {candidate} is {right:=0 never right|right once|right # times} where {baseline} is wrong, and wrong {wrong:once|# times} where {baseline} is right: {VerdictWord(comparison)}");
    }

    /// <inheritdoc cref="Verdict"/>
    /// <summary>
    /// What to do; null where there is nothing to say. Whether to activate is only said of a candidate for the version in service.
    /// </summary>
    public static string? Advice(ComparisonAnswer comparison, bool isPresent) => comparison switch
    {
        { FewRows: true } => Say($"Fewer than {ModelComparison.MinimumRows} patients may judge both versions. So few decide nothing."),
        { RowsNeeded: { } needed } when needed > comparison.Rows => Say($"It can't be told yet. About {needed:# patient|# patients} would be needed; today there {comparison.Rows:is #|are #}."),
        { RowsNeeded: not null } => Undecided(comparison, isPresent),
        _ when !isPresent => null,
        { SuggestActivation: true } => Say($"Activating it is advised."),
        { Verdict: ComparisonVerdict.Better } => Say($"But it isn't shown to find as many of the patients with diabetes, so activating it isn't advised without a reason."),
        { Verdict: ComparisonVerdict.Worse } => Say($"Keep the present one."),
        { Verdict: ComparisonVerdict.Equivalent } => Say($"There is no need to change."),
        _ => Say($"There is no reason to change yet."),
    };

    /// <summary>What follows when there are patients enough for a difference that matters, and none showed.</summary>
    private static string Undecided(ComparisonAnswer comparison, bool isPresent)
    {
        var settled = Say($"With {comparison.Rows:# patient|# patients}, a difference of {ModelComparison.DecidableGain * 100} in 100 would probably have shown, and none did. Only more patients could show a smaller one.");
        return isPresent ? $"{settled} {Say($"There is no reason to change yet.")}" : settled;
    }

    /// <summary>The decision in a few words; the same verdict as <see cref="Verdict"/>, colour and buttons.</summary>
    /// <inheritdoc cref="Verdict"/>
    public static string Decision(ComparisonAnswer comparison, bool isPresent, Func<string, string> called)
    {
        var (candidate, baseline) = (called(comparison.Candidate), called(comparison.Baseline));
        return (comparison, isPresent) switch
        {
            ({ SuggestActivation: true }, true) => Say($"The new version is better"),
            ({ Verdict: ComparisonVerdict.Better }, true) => Say($"Better on the whole, but perhaps not at finding diabetes"),
            ({ Verdict: ComparisonVerdict.Worse }, true) => Say($"The new version is worse"),
            ({ Verdict: ComparisonVerdict.Better }, false) => Say($"Version {candidate} is better than version {baseline}"),
            ({ Verdict: ComparisonVerdict.Worse }, false) => Say($"Version {candidate} is worse than version {baseline}"),
            ({ Verdict: ComparisonVerdict.Equivalent }, _) => Say($"Both versions are equally good"),
            _ => Say($"It can't be told yet which one is better"),
        };
    }

    /// <summary>The verdict on any version, newer or older, against the one in service.</summary>
    public static string AgainstPresent(ComparisonAnswer comparison) => comparison switch
    {
        { SuggestActivation: true } => Say($"Better than the one in service"),
        { Verdict: ComparisonVerdict.Worse } => Say($"Worse than the one in service"),
        _ => Decision(comparison, isPresent: true, name => name),
    };

    /// <summary>What both versions find and alarm, of 100 patients each.</summary>
    public static IEnumerable<string> Found(
        ComparisonAnswer comparison, ComparedFigures figures, bool isPresent, Func<string, string> called)
    {
        if ((FoundOfHundred(figures.Candidate), FoundOfHundred(figures.Baseline)) is ({ } found, { } before))
        {
            var (now, then) = Apart(found, before);
            yield return isPresent
                ? Say($"Of 100 patients with diabetes it finds {now}, before {then}.")
                : Say($"Of 100 patients with diabetes, version {called(comparison.Candidate)} finds {now} and version {called(comparison.Baseline)} finds {then}.");
        }

        if ((AlarmedOfHundred(figures.Candidate), AlarmedOfHundred(figures.Baseline)) is ({ } alarmed, { } alarmedBefore))
        {
            var (now, then) = Apart(alarmed, alarmedBefore);
            yield return isPresent
                ? Say($"Of 100 healthy patients it alarms {now} for nothing, before {then}.")
                : Say($"Of 100 healthy patients, version {called(comparison.Candidate)} alarms {now} for nothing and version {called(comparison.Baseline)} alarms {then}.");
        }
    }

    /// <summary>The share of the patients with diabetes that is called so; null without such patients.</summary>
    public static double? FoundOfHundred(VersionFigures figures) => figures.MissedDiabetes is { Of: > 0 } missed
        ? 1 - ((double)missed.Missed / missed.Of) : null;

    /// <summary>The share of the healthy patients that is called otherwise; null without such patients.</summary>
    public static double? AlarmedOfHundred(VersionFigures figures)
    {
        var healthy = figures.ConfusionMatrix[(int)DiabetesClass.Negative];
        return healthy.Sum() is var all and > 0 ? 1 - ((double)healthy[(int)DiabetesClass.Negative] / all) : null;
    }

    /// <summary>Two shares as patients per 100, with a decimal only where they would look equal without being so.</summary>
    public static (string First, string Second) Apart(double first, double second)
    {
        Func<double, string> show = first != second && Show.OfHundred(first) == Show.OfHundred(second)
            ? Show.OfHundredFine : Show.OfHundred;
        return (show(first), show(second));
    }

    /// <summary>Explains the significance level for the p-value.</summary>
    public static string LevelUsed(double level, int earlierLooks) => earlierLooks switch
    {
        0 => Say($"{level}, for the first comparison on these patients"),
        _ => Say($"{level}, as {earlierLooks:one earlier comparison|# earlier comparisons} looked at these patients"),
    };

    public static string P(double value) => value < 0.001 ? Say($"under {Show.Fine(0.001)}") : Show.Fine(value);

    public static Kind VerdictKind(ComparisonAnswer comparison) => comparison switch
    {
        { SuggestActivation: true } => Kind.Success,
        { Verdict: ComparisonVerdict.Worse } => Kind.Error,
        { Verdict: ComparisonVerdict.Better } => Kind.Warning,
        _ => Kind.Info,
    };

    public static string Gender(Gender gender) => gender == Domain.Features.Gender.M ? Say($"Male") : Say($"Female");

    /// <summary>Describes a code of a categorical column; the code itself if it has no description.</summary>
    public static string Code(string code) => Enum.TryParse<Gender>(code, out var gender) ? Gender(gender) : code;

    /// <summary>A column's name and unit.</summary>
    public static string Column(Column column) => column.Name switch
    {
        ColumnNames.Class => Say($"Class"),
        ColumnNames.Age => Say($"Age (years)"),
        ColumnNames.Bmi => Say($"BMI (kg/m²)"),
        ColumnNames.Gender => Say($"Gender"),
        _ => column.Unit is null ? column.Name : $"{column.Name} ({column.Unit})",
    };

    /// <summary>A column by its name on the wire; the name itself where no column has it.</summary>
    public static string Column(string name) =>
        FeatureSchema.Current.Columns.FirstOrDefault(column => column.Name == name) is { } known ? Column(known) : name;

    /// <summary>Asks for the value of an empty field.</summary>
    public static string EnterColumn(Column column) => column.Name switch
    {
        ColumnNames.HbA1c => Say($"Enter the HbA1c."),
        ColumnNames.Age => Say($"Enter the age."),
        ColumnNames.Bmi => Say($"Enter the BMI."),
        _ => Say($"Choose one."),
    };

    /// <summary>Explains a column; null if its name is sufficient.</summary>
    public static string? ColumnHelp(Column column) => column.Name switch
    {
        ColumnNames.HbA1c => Say($"Glycated haemoglobin in percent; 6.5 % is about 48 mmol/mol."),
        ColumnNames.Bmi => Say($"Weight (kg) ÷ height² (m²)."),
        _ => null,
    };

    private static string VerdictWord(ComparisonAnswer comparison) => comparison.Verdict switch
    {
        ComparisonVerdict.Better => Say($"better."),
        ComparisonVerdict.Worse => Say($"worse."),
        ComparisonVerdict.Equivalent => Say($"equally good."),
        ComparisonVerdict.NotEnoughData => Say($"too few differences to tell."),
        _ => Say($"no clear difference."),
    };
}
