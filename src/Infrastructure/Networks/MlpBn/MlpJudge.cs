using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Networks.MlpBn;

/// <summary>
/// Judges the rows of the test side: folds 0 and 1, without the rows lent to training and with the rows lent to test.
/// </summary>
internal sealed class MlpJudge : IJudge
{
    /// <summary>The network was trained without the test side, so it stands for the members of these folds.</summary>
    private static readonly FoldSet Tested = FoldSet.Of(0) | FoldSet.Of(1);

    private readonly MlpPredictor _predictor;
    private readonly SplitKey _key;
    private readonly Lending _lending = new();

    /// <param name="rows">One pass over the version's own distinct rows, with their folds under <paramref name="key"/>; called up to three
    /// times.</param>
    public MlpJudge(MlpPredictor predictor, SplitKey key, Func<IEnumerable<CountedRow>> rows)
    {
        _predictor = predictor;
        _key = key;
        if (!MayLend(rows()))
        {
            return;
        }

        foreach (var row in rows())
        {
            _lending.Add(key.HashOf(row.Row.Features, row.Patient), row.Row.Class);
        }

        foreach (var row in rows())
        {
            _lending.Recheck(key.HashOf(row.Row.Features, row.Patient), row.Row.Class);
        }

        _lending.Lend();
    }

    /// <summary>Whether a class is missing from a side. This uses the folds only and computes no hashes.</summary>
    private static bool MayLend(IEnumerable<CountedRow> rows)
    {
        var sides = new long[DiabetesClasses.Count, 3];
        foreach (var row in rows)
        {
            sides[(int)row.Row.Class, (int)DataSplit.SideOf(row.Fold)]++;
        }

        return DiabetesClasses.All.Any(c =>
            sides[(int)c, 0] + sides[(int)c, 1] + sides[(int)c, 2] >= 2
            && (sides[(int)c, (int)SplitSide.Test] == 0 || sides[(int)c, (int)SplitSide.Training] == 0));
    }

    public FoldSet MembersWithout(in CountedRow own) => IsTested(own) ? Tested : FoldSet.None;

    /// <remarks>mlp-bn judges rows of the test side only, also when it has never seen them.</remarks>
    public FoldSet MembersForUnseen(in CountedRow row) => MembersWithout(row);

    public void Predict(int member, PatientFeatures features, Span<double> probabilities) => _predictor.Predict(features, probabilities);

    private bool IsTested(in CountedRow row) => SplitSide.Test == (_lending.IsEmpty
        ? DataSplit.SideOf(row.Fold)
        : _lending.SideOf(_key.HashOf(row.Row.Features, row.Patient)));
}
