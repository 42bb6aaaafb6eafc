using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Training;

namespace ModelOps.Infrastructure.Networks.MlpBn;

/// <summary>
/// The network of the system that ModelOps replaced: Linear(4, h) → BatchNorm → ReLU → Dropout 0.3 → Linear(h, 3). It is trained on
/// balanced classes and tested on the rows of two folds.
/// </summary>
internal sealed class MlpBnNetwork : INetwork
{
    public string Name => "mlp-bn";

    public ITrainingSession Begin(TrainingSpecification specification, TrainingRows rows, byte[]? snapshot)
    {
        TorchLibrary.Load();
        return new MlpSession(specification, rows, snapshot);
    }

    public INetworkPredictor Load(IReadOnlyDictionary<string, byte[]> files) =>
        MlpPredictor.Load(files.Require(MlpPredictor.FileName), ScalerFile.Read(files.Require(ScalerFile.Name)));

    public IJudge Judge(INetworkPredictor predictor, SplitKey key, Func<IEnumerable<CountedRow>> rows) =>
        new MlpJudge((MlpPredictor)predictor, key, rows);
}
