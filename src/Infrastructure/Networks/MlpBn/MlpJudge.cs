using ModelOps.Application.Predictions;
using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Networks.MlpBn;

/// <summary>One network that judges the rows of its test side: folds 0 and 1, less what was lent to training, plus what was lent to test.</summary>
internal sealed class MlpJudge : IJudge
{
    private readonly MlpPredictor _predictor;
    private readonly SplitKey _key;
    private readonly Lending _lending = new();

    /// <param name="rows">One pass over the version's own distinct rows; called twice.</param>
    public MlpJudge(MlpPredictor predictor, SplitKey key, Func<IEnumerable<CountedRow>> rows)
    {
        _predictor = predictor;
        _key = key;
        foreach (var row in rows())
        {
            _lending.Add(key.HashOf(row.Row.Features), row.Row.Class);
        }

        foreach (var row in rows())
        {
            _lending.Recheck(key.HashOf(row.Row.Features), row.Row.Class);
        }

        _lending.Lend();
    }

    public bool TryJudge(PatientFeatures features, int fold, Span<double> probabilities)
    {
        var side = _lending.IsEmpty ? DataSplit.SideOf(fold) : _lending.SideOf(_key.HashOf(features));
        if (side != SplitSide.Test)
        {
            return false;
        }

        _predictor.Predict(features, probabilities);
        return true;
    }
}
