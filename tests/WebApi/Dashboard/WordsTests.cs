using System.Globalization;
using ModelOps.Application.Predictions;
using ModelOps.Application.Versions;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.WebApi.Dashboard;

namespace ModelOps.WebApi.Tests.Dashboard;

public sealed class WordsTests
{
    private const string AllRuledOut = "The other classes can be ruled out.";

    public static TheoryData<DiabetesClass[], double[], string> Answers => new()
    {
        { [DiabetesClass.Diabetes], [0.01, 0.04, 0.95], AllRuledOut },

        // Alone in the set, but hardly more likely than the others: a version that was trained too shortly.
        { [DiabetesClass.Prediabetes], [0.28, 0.44, 0.28], "Can't be ruled out: Negative, Prediabetes, Diabetes." },
        { [DiabetesClass.Negative], [0.90, 0.06, 0.04], "Can't be ruled out: Negative, Prediabetes." },
        { [DiabetesClass.Negative], [0.90, 0.05, 0.05], "Can't be ruled out: Negative, Prediabetes, Diabetes." },

        // Unlikely, but a class in the set.
        { [DiabetesClass.Prediabetes, DiabetesClass.Diabetes], [0.01, 0.97, 0.02], "Can't be ruled out: Prediabetes, Diabetes." },

        // The set leaves out the predicted class.
        { [DiabetesClass.Diabetes], [0.02, 0.60, 0.38], "Can't be ruled out: Prediabetes, Diabetes." },
        {
            [], [0.30, 0.40, 0.30],
            "The model is less sure of this patient than of most earlier patients of every class. Rely on this answer only with care."
        },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void CantBeRuledOut_OfAnAnswer_NeverContradictsItsPercentages(DiabetesClass[] plausible, double[] p, string expected)
    {
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("en");

        Assert.Equal(expected, Words.CantBeRuledOut(plausible, new ClassProbabilities(p[0], p[1], p[2])));
    }

    [Theory]
    [InlineData(138, 6165, "It can't be told yet. About 6,165 patients would be needed; today there are 138.")]
    [InlineData(596, 391, "With 596 patients, a difference of 2 in 100 would probably have shown, and none did. "
        + "Only more patients could show a smaller one. There is no reason to change yet.")]
    public void Advice_WhenUndecided_SaysWhatWouldSettleIt(int rows, int needed, string expected)
    {
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("en");
        var undecided = new ComparisonAnswer(
            "v1", "v2", rows, SameRows: true, new ComparisonTable(rows - 8, 3, 5, 0), PValue: 0.7, MidP: 0.5, new MetricDelta(0, -0.1, 0.1),
            ClassChanges: [], RecallChange: new Dictionary<DiabetesClass, double?>(), ComparisonVerdict.Undecided, SuggestActivation: false,
            needed, DeltaLogLoss: null, Figures: null, Subgroups: null, SignificanceLevel: null, EarlierLooks: null, FewRows: false);

        Assert.Equal(expected, Words.Advice(undecided, isPresent: true));
    }
}
