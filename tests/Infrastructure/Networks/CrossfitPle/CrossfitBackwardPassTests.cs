using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Networks.CrossfitPle;
using ModelOps.Infrastructure.Tests.Trainer;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ModelOps.Infrastructure.Tests.Networks.CrossfitPle;

/// <summary>The backward pass that is written out by hand, against autograd and TorchSharp's AdamW.</summary>
[Collection(TorchCollection.Name)]
public sealed class CrossfitBackwardPassTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(64, 64)]
    [InlineData(33, 20)]
    public void Train_OverSeveralBatches_AgreesWithAutograd(int hidden, int batchRows)
    {
        const int Batches = 4;
        TorchLibrary.Load();
        using var scope = NewDisposeScope();
        var data = new CrossfitData(CrossfitSamples.Rows(600), seed: 3);
        data.Shuffle(epoch: 1);
        using var chunk = new CrossfitChunk(Batches, batchRows);
        for (var j = 0; j < Batches; j++)
        {
            data.FillBatch(chunk, j, j * batchRows);
            chunk.Rates[j] = 0.003 / (j + 1);
            chunk.Numbers[j] = j + 1;
        }

        using var program = new CrossfitTrainingProgram();
        using var state = CrossfitState.Initial(hidden, seed: 4);
        var reference = CrossfitState.Owned(CrossfitWeights.Initial(hidden, seed: 4)).Select(w => new Parameter(w)).ToArray();
        var expectedLoss = TrainByAutograd(reference, chunk);

        double loss;
        using (no_grad())
        {
            loss = program.Train(state, chunk, Batches);
        }

        Assert.InRange(loss / expectedLoss, 1 - 1e-5, 1 + 1e-5);
        using var untracked = no_grad();
        for (var i = 0; i < reference.Length; i++)
        {
            var distance = (reference[i] - state.Weights[i]).abs().max().item<float>();
            Assert.InRange(distance, 0, 3e-5);
            Assert.True((reference[i] - CrossfitState.Owned(CrossfitWeights.Initial(hidden, seed: 4))[i]).abs().max().item<float>() > 1e-3);
        }
    }

    private static double TrainByAutograd(Parameter[] weights, CrossfitChunk chunk)
    {
        using var optimizer = optim.AdamW(
        [
            new AdamW.ParamGroup([weights[0], weights[2]], lr: 0.003, weight_decay: 0.05),
            new AdamW.ParamGroup([weights[1], weights[3]], lr: 0.003, weight_decay: 0),
        ]);
        var total = 0.0;
        for (var j = 0; j < chunk.Batches; j++)
        {
            foreach (var group in optimizer.ParamGroups)
            {
                group.LearningRate = chunk.Rates[j];
            }

            var hidden = nn.functional.relu(bmm(chunk.CodeTensor[j], weights[0]) + weights[1]);
            var outputs = bmm(hidden, weights[2]) + weights[3];
            var (a, g) = (outputs.select(2, 0), outputs.select(2, 1));
            var b = a - nn.functional.softplus(g);

            // The definition, class by class, from the weights of the loss: those of Negative, Prediabetes and Diabetes.
            var weight = chunk.WeightTensor[j];
            var (low, high, middle) = (weight.select(2, 0), weight.select(2, 1), weight.select(2, 2));
            var loss = -(((low - middle) * nn.functional.logsigmoid(-a))
                + (middle * (nn.functional.logsigmoid(a) + nn.functional.logsigmoid(-b) + nn.functional.logsigmoid(g)))
                + ((high - middle) * nn.functional.logsigmoid(b))).sum();
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            total += loss.item<float>();
        }

        return total;
    }
}
