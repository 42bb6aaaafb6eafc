using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;

namespace ModelOps.Infrastructure.Networks.CrossfitPle;

/// <summary>
/// Ten members on a piecewise-linear encoding. Member m is trained without fold m, so that every row can be judged by a member that was
/// not trained on it (cross-fitting). Rows of other folds whose inputs also occur in fold m are left out as well (purging).
/// </summary>
internal sealed class CrossfitPleNetwork : INetwork
{
    public const string NetworkName = "crossfit-ple";

    public string Name => NetworkName;

    public ITrainingSession Begin(TrainingSpecification specification, TrainingRows rows, byte[]? snapshot)
    {
        TorchLibrary.Load();
        return new CrossfitSession(specification.Parameters, rows, snapshot);
    }

    public INetworkPredictor Load(IReadOnlyDictionary<string, byte[]> files) => CrossfitPredictor.Load(files);

    /// <inheritdoc/>
    /// <remarks>The version's rows are not needed: member f was trained without the rows of fold f and without their inputs.</remarks>
    public IJudge Judge(INetworkPredictor predictor, SplitKey key, Func<IEnumerable<CountedRow>> rows) =>
        new FoldJudge((CrossfitPredictor)predictor);

    private sealed class FoldJudge(CrossfitPredictor predictor) : IJudge
    {
        public FoldSet MembersWithout(in CountedRow own) => FoldSet.Of(own.Fold);

        public FoldSet MembersForUnseen(in CountedRow row) => FoldSet.All;

        public void Predict(int member, PatientFeatures features, Span<double> probabilities) =>
            predictor.PredictBy(member, features, probabilities);
    }
}
