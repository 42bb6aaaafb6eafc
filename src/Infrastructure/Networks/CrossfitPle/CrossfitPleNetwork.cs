using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;

namespace ModelOps.Infrastructure.Networks.CrossfitPle;

/// <summary>
/// Ten members on a piecewise-linear encoding. Member m is trained without fold m, so that every row can be judged by a member that was
/// not trained on it (cross-fitting).
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
    /// <remarks>Member f judges the rows of fold f, so the version's rows are not needed.</remarks>
    public IJudge Judge(INetworkPredictor predictor, SplitKey key, Func<IEnumerable<CountedRow>> rows) =>
        new FoldJudge((CrossfitPredictor)predictor);

    private sealed class FoldJudge(CrossfitPredictor predictor) : IJudge
    {
        public bool TryJudge(PatientFeatures features, int fold, Span<double> probabilities)
        {
            predictor.PredictBy(fold, features, probabilities);
            return true;
        }
    }
}
