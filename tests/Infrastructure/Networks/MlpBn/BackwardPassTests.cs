using ModelOps.Domain;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Networks.MlpBn;
using ModelOps.Infrastructure.Tests.Trainer;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ModelOps.Infrastructure.Tests.Networks.MlpBn;

/// <summary>The backward pass that is written out by hand, against autograd on the modules of TorchSharp.</summary>
[Collection(TorchCollection.Name)]
public sealed class BackwardPassTests
{
    private const double LearningRate = 0.003;

    [Theory]
    [InlineData(1, 16)]
    [InlineData(8, 2)]
    [InlineData(64, 64)]
    [InlineData(256, 33)]
    public void Train_OverSeveralBatches_AgreesWithAutograd(int hidden, int batch)
    {
        TorchLibrary.Load();
        using var scope = NewDisposeScope();
        using var program = ProgramOf(hidden, batch);
        using var state = MlpState.Initial(hidden, seed: 11);
        using var chunk = new TrainingChunk(6 * batch + 1, hidden);
        using var reference = new Reference(state.Snapshot(), trainFirstBias: false);
        var random = new Random(hidden);

        for (var call = 0; call < 3; call++)
        {
            // The last row is a single one, which joins the batch before it.
            var rows = (3 + call) * batch + 1;
            Fill(chunk, rows, random);

            double loss;
            using (no_grad())
            {
                loss = program.Train(state, chunk, rows, LearningRate);
            }

            AssertClose("loss", [(float)reference.Train(chunk, rows, batch)], [(float)loss], 1e-5);
        }

        var trained = state.Snapshot();
        var expected = reference.Snapshot();
        AssertClose("parameters", expected.Parameters, trained.Parameters, 2e-5);
        AssertClose("running mean", expected.RunningMean, trained.RunningMean, 1e-5);
        AssertClose("running variance", expected.RunningVariance, trained.RunningVariance, 1e-5);
        Assert.Equal(reference.Steps, trained.Steps);
    }

    /// <summary>Left to autograd, the first bias drifts by rounding errors; batch normalisation takes the drift away again.</summary>
    [Fact]
    public void Train_WithoutAGradientForTheFirstBias_AgreesWithANetworkThatTrainsIt()
    {
        const int Hidden = 32, Batch = 64, Rows = 5 * Batch;
        TorchLibrary.Load();
        using var scope = NewDisposeScope();
        using var program = ProgramOf(Hidden, Batch);
        using var state = MlpState.Initial(Hidden, seed: 12);
        using var chunk = new TrainingChunk(Rows, Hidden);
        using var reference = new Reference(state.Snapshot(), trainFirstBias: true);
        var initialBias = state.Snapshot().Parameters[(4 * Hidden)..(5 * Hidden)];
        Fill(chunk, Rows, new Random(12));

        for (var call = 0; call < 5; call++)
        {
            double loss;
            using (no_grad())
            {
                loss = program.Train(state, chunk, Rows, LearningRate);
            }

            AssertClose("loss", [(float)reference.Train(chunk, Rows, Batch)], [(float)loss], 1e-4);
        }

        Assert.Equal(initialBias, state.Snapshot().Parameters[(4 * Hidden)..(5 * Hidden)]);
        AssertClose("output weights", reference.Snapshot().Parameters[(7 * Hidden)..], state.Snapshot().Parameters[(7 * Hidden)..], 1e-3);
    }

    [Fact]
    public void Evaluate_AfterTraining_AgreesWithTheModulesInEvaluation()
    {
        const int Hidden = 64, Batch = 32, Rows = 4 * Batch;
        TorchLibrary.Load();
        using var scope = NewDisposeScope();
        using var program = ProgramOf(Hidden, Batch);
        using var state = MlpState.Initial(Hidden, seed: 13);
        using var chunk = new TrainingChunk(Rows, Hidden);
        using var reference = new Reference(state.Snapshot(), trainFirstBias: false);
        Fill(chunk, Rows, new Random(13));
        using (no_grad())
        {
            program.Train(state, chunk, Rows, LearningRate);
        }

        reference.Train(chunk, Rows, Batch);

        using var untracked = no_grad();
        AssertClose(
            "log-probabilities",
            reference.Evaluate(chunk.InputTensor).data<float>().ToArray(),
            program.Evaluate(state, chunk.InputTensor).data<float>().ToArray(),
            1e-5);
    }

    private static MlpTrainingProgram ProgramOf(int hidden, int batch) =>
        new(new TrainingParameters(BatchSize: batch, HiddenSize: hidden));

    private static void Fill(TrainingChunk chunk, int rows, Random random)
    {
        foreach (ref var value in chunk.Inputs(rows))
        {
            value = (float)(2 * random.NextDouble() - 1) * 2;
        }

        var classes = chunk.Classes(rows);
        classes.Clear();
        for (var i = 0; i < rows; i++)
        {
            classes[i * DiabetesClasses.Count + random.Next(DiabetesClasses.Count)] = 1;
        }

        EpochData.FillMask(new SeededRandom(random.Next(), RandomPurpose.Dropout, 1), chunk.Factors(rows));
    }

    private static void AssertClose(string what, float[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])),
                $"{what}[{i}]: autograd {expected[i]:R}, by hand {actual[i]:R}");
        }
    }

    private sealed class Reference : IDisposable
    {
        private readonly Linear _first;
        private readonly BatchNorm1d _norm;
        private readonly Linear _second;
        private readonly optim.Optimizer _optimizer;

        public Reference(MlpSnapshot start, bool trainFirstBias)
        {
            var h = start.Hidden;
            _first = nn.Linear(PatientFeatures.Count, h);
            _norm = nn.BatchNorm1d(h, eps: 1e-5, momentum: 0.1);
            _second = nn.Linear(h, DiabetesClasses.Count);
            using (no_grad())
            {
                _first.weight!.copy_(tensor(start.Parameters[..(4 * h)]).view(h, 4));
                _first.bias!.copy_(tensor(start.Parameters[(4 * h)..(5 * h)]));
                _norm.weight!.copy_(tensor(start.Parameters[(5 * h)..(6 * h)]));
                _norm.bias!.copy_(tensor(start.Parameters[(6 * h)..(7 * h)]));
                _second.weight!.copy_(tensor(start.Parameters[(7 * h)..(10 * h)]).view(3, h));
                _second.bias!.copy_(tensor(start.Parameters[(10 * h)..]));
            }

            _optimizer = optim.Adam(
                new[] { _first.weight!, _norm.weight!, _norm.bias!, _second.weight!, _second.bias! }
                    .Concat(trainFirstBias ? [_first.bias!] : []),
                lr: LearningRate);
        }

        public float Steps { get; private set; }

        /// <summary>The sum of the rows' losses.</summary>
        public double Train(TrainingChunk chunk, int rows, int batch)
        {
            using var scope = NewDisposeScope();
            var total = 0.0;
            for (var from = 0; from < rows;)
            {
                var count = Math.Min(batch, rows - from);
                count += rows - from - count == 1 ? 1 : 0;
                var x = chunk.InputTensor.narrow(0, from, count);
                var mask = chunk.FactorTensor.narrow(0, from, count);
                var truth = chunk.ClassTensor.narrow(0, from, count).argmax(1);
                var loss = nn.functional.cross_entropy(_second.forward(nn.functional.relu(_norm.forward(_first.forward(x))).mul(mask)),
                    truth);
                _optimizer.zero_grad();
                loss.backward();
                _optimizer.step();
                total += loss.item<float>() * count;
                Steps++;
                from += count;
            }

            return total;
        }

        public Tensor Evaluate(Tensor x)
        {
            _norm.eval();
            return nn.functional.log_softmax(_second.forward(nn.functional.relu(_norm.forward(_first.forward(x)))), 1);
        }

        public (float[] Parameters, float[] RunningMean, float[] RunningVariance) Snapshot()
        {
            using var scope = NewDisposeScope();
            using var untracked = no_grad();
            return (
                cat([
                    _first.weight!.view(-1), _first.bias!, _norm.weight!, _norm.bias!, _second.weight!.view(-1), _second.bias!,
                ]).data<float>().ToArray(),
                _norm.running_mean!.data<float>().ToArray(),
                _norm.running_var!.data<float>().ToArray());
        }

        public void Dispose()
        {
            _optimizer.Dispose();
            _first.Dispose();
            _norm.Dispose();
            _second.Dispose();
        }
    }
}
