using System.Security.Cryptography;
using System.Text.Json;
using ModelOps.Application.Predictions;
using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Networks;

namespace ModelOps.Infrastructure.Tests.Networks.Logistic;

/// <summary>
/// Multinomial logistic regression by gradient descent: the smallest network that the product can train, serve and compare. It lives in
/// the tests alone and shows that another network needs no change of the product.
/// </summary>
internal sealed class LogisticNetwork : INetwork
{
    public const string WireName = "logistic";
    public const string FileName = "logistic.json";

    /// <summary>Folds whose rows are judged and not learned from.</summary>
    private const int JudgingFolds = 2;

    public string Name => WireName;

    /// <summary>The product's networks and this one.</summary>
    public static NetworkRegistry Registry { get; } = new([.. NetworkRegistry.BuiltIn.Networks, new LogisticNetwork()]);

    public ITrainingSession Begin(TrainingSpecification specification, TrainingRows rows, byte[]? snapshot) =>
        new Session(specification.Parameters, rows, snapshot is null ? new double[3, 5] : Read(snapshot));

    public INetworkPredictor Load(IReadOnlyDictionary<string, byte[]> files) => new Predictor(Read(files.Require(FileName)));

    public IJudge Judge(INetworkPredictor predictor, SplitKey key, Func<IEnumerable<CountedRow>> rows) => new FoldJudge(predictor);

    private static byte[] Write(double[,] weights) => JsonSerializer.SerializeToUtf8Bytes(weights.Cast<double>().ToArray());

    private static double[,] Read(byte[] json)
    {
        var values = JsonSerializer.Deserialize<double[]>(json)!;
        var weights = new double[3, 5];
        Buffer.BlockCopy(values, 0, weights, 0, values.Length * sizeof(double));
        return weights;
    }

    private static void Answer(double[,] weights, PatientFeatures patient, Span<double> probabilities)
    {
        ReadOnlySpan<double> x = [1, patient.HbA1c - 6, (patient.Age - 50) / 20, (patient.Bmi - 27) / 5, (double)patient.Gender];
        var sum = 0.0;
        for (var c = 0; c < 3; c++)
        {
            var z = 0.0;
            for (var j = 0; j < x.Length; j++)
            {
                z += weights[c, j] * x[j];
            }

            sum += probabilities[c] = Math.Exp(Math.Clamp(z, -30, 30));
        }

        for (var c = 0; c < 3; c++)
        {
            probabilities[c] /= sum;
        }
    }

    private sealed class Session(TrainingParameters parameters, TrainingRows rows, double[,] weights) : ITrainingSession
    {
        private int _epoch;

        public SplitCounts Rows =>
            new(Count(learned: true), SplitCounts.ByClass([]), Count(learned: false), rows.Total - rows.Distinct.Count);

        public bool IsOver => false;

        public EpochPoint TrainEpoch(int epoch, CancellationToken cancel)
        {
            cancel.ThrowIfCancellationRequested();
            _epoch = epoch;
            var (gradient, loss, learned) = (new double[3, 5], 0.0, 0);
            Span<double> p = stackalloc double[3];
            for (var i = 0; i < rows.Distinct.Count; i++)
            {
                if (rows.Folds[i] < JudgingFolds)
                {
                    continue;
                }

                var (patient, truth) = (rows.Distinct[i].Features, (int)rows.Distinct[i].Class);
                Answer(weights, patient, p);
                loss -= Math.Log(p[truth]);
                learned++;
                ReadOnlySpan<double> x = [1, patient.HbA1c - 6, (patient.Age - 50) / 20, (patient.Bmi - 27) / 5, (double)patient.Gender];
                for (var c = 0; c < 3; c++)
                {
                    for (var j = 0; j < x.Length; j++)
                    {
                        gradient[c, j] += (p[c] - (c == truth ? 1 : 0)) * x[j];
                    }
                }
            }

            for (var c = 0; c < 3; c++)
            {
                for (var j = 0; j < 5; j++)
                {
                    weights[c, j] -= parameters.LearningRate * 100 * gradient[c, j] / learned;
                }
            }

            return new EpochPoint(epoch, loss / learned, null, null);
        }

        public byte[] Snapshot() => Write(weights);

        public TrainedNetwork Finish() => new(
            _epoch,
            Convert.ToHexStringLower(SHA256.HashData(Write(weights))),
            new Dictionary<string, byte[]> { [FileName] = Write(weights) });

        public void Evaluate(PatientFeatures features, Span<double> probabilities) => Answer(weights, features, probabilities);

        public void Dispose()
        {
        }

        private IReadOnlyDictionary<DiabetesClass, int> Count(bool learned) =>
            SplitCounts.ByClass(rows.Distinct.Where((_, i) => rows.Folds[i] >= JudgingFolds == learned));
    }

    private sealed class Predictor(double[,] weights) : INetworkPredictor
    {
        public bool IsMonotone => false;

        public double? Predict(PatientFeatures features, Span<double> probabilities)
        {
            Answer(weights, features, probabilities);
            return null;
        }
    }

    private sealed class FoldJudge(INetworkPredictor predictor) : IJudge
    {
        public FoldSet MembersWithout(in CountedRow own) => own.Fold < JudgingFolds ? FoldSet.Of(own.Fold) : FoldSet.None;

        public FoldSet MembersForUnseen(in CountedRow row) => MembersWithout(row);

        public void Predict(int member, PatientFeatures features, Span<double> probabilities) => predictor.Predict(features, probabilities);
    }
}
