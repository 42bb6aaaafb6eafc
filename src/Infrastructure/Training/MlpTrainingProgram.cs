using System.Globalization;
using ModelOps.Domain.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ModelOps.Infrastructure.Training;

/// <summary>
/// The network mlp-bn as a TorchScript program with its backward pass written out: Linear(4, h) → BatchNorm → ReLU → Dropout →
/// Linear(h, 3), cross-entropy, Adam. One call trains many batches, so that the cost of crossing into libtorch, of autograd's
/// bookkeeping and of eight optimizer calls is not paid for each batch.
/// </summary>
/// <remarks>
/// All parameters lie in one vector of length 10h + 3, in the order W1 [h, 4], b1 [h], gamma [h], beta [h], W2 [3, h], b2 [3].
/// b1 gets no gradient: batch normalisation takes any constant away again, so its true gradient is zero.
/// </remarks>
internal sealed class MlpTrainingProgram : IDisposable
{
    private const string Source = """
        def train(p, m, v, steps, mean, var, x, y, mask):
            h = {hidden}
            batch = {batch}
            n = x.size(0)
            w1t = p.narrow(0, 0, 4 * h).view(h, 4).t()
            b1 = p.narrow(0, 4 * h, h)
            gamma = p.narrow(0, 5 * h, h)
            beta = p.narrow(0, 6 * h, h)
            w2 = p.narrow(0, 7 * h, 3 * h).view(3, h)
            w2t = w2.t()
            b2 = p.narrow(0, 10 * h, 3)
            g = torch.zeros_like(p)
            gw1 = g.narrow(0, 0, 4 * h).view(h, 4)
            ggamma = g.narrow(0, 5 * h, h)
            gbeta = g.narrow(0, 6 * h, h)
            gw2 = g.narrow(0, 7 * h, 3 * h).view(3, h)
            gb2 = g.narrow(0, 10 * h, 3)
            total = torch.zeros(1)
            ps, gs, ms, vs, ss = [p], [g], [m], [v], [steps]
            none: List[Tensor] = []
            i = 0
            while i < n:
                k = min(batch, n - i)
                if n - i - k == 1:
                    k = k + 1
                xb = x.narrow(0, i, k)
                yb = y.narrow(0, i, k)
                mb = mask.narrow(0, i, k)
                z = torch.addmm(b1, xb, w1t)
                a, saved_mean, saved_inv = torch.native_batch_norm(z, gamma, beta, mean, var, True, 0.1, 1e-5)
                d = torch.relu(a).mul_(mb)
                lp = torch.log_softmax(torch.addmm(b2, d, w2t), 1)
                total.sub_(torch.dot(lp.view(-1), yb.reshape(-1)))
                e = lp.exp_().sub_(yb).div_(k)
                torch.mm(e.t(), d, out=gw2)
                torch.sum(e, [0], out=gb2)
                da = torch.threshold_backward(torch.mm(e, w2).mul_(mb), a, 0)
                dz, dgamma, dbeta = torch.native_batch_norm_backward(da, z, gamma, mean, var, saved_mean, saved_inv, True, 1e-5, [True, True, True])
                ggamma.copy_(dgamma)
                gbeta.copy_(dbeta)
                torch.mm(dz.t(), xb, out=gw1)
                steps.add_(1)
                torch._fused_adam_(ps, gs, ms, vs, none, ss, lr={rate}, beta1=0.9, beta2=0.999, weight_decay=0.0, eps=1e-8, amsgrad=False, maximize=False)
                i = i + k
            return total, ps[0]

        def evaluate(p, mean, var, x):
            h = {hidden}
            w1t = p.narrow(0, 0, 4 * h).view(h, 4).t()
            w2t = p.narrow(0, 7 * h, 3 * h).view(3, h).t()
            z = torch.addmm(p.narrow(0, 4 * h, h), x, w1t)
            a, saved_mean, saved_inv = torch.native_batch_norm(z, p.narrow(0, 5 * h, h), p.narrow(0, 6 * h, h), mean, var, False, 0.1, 1e-5)
            return torch.log_softmax(torch.addmm(p.narrow(0, 10 * h, 3), torch.relu(a), w2t), 1)

        """;

    private readonly jit.CompilationUnit _unit;

    /// <remarks>
    /// The numbers are written into the program: TorchSharp passes a number as a temporary object that the garbage collector may
    /// take away before the call has read it, which kills the process now and then.
    /// </remarks>
    public MlpTrainingProgram(TrainingParameters parameters)
    {
        _unit = jit.compile(Source
            .Replace("{hidden}", parameters.HiddenSize.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{batch}", parameters.BatchSize.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{rate}", parameters.LearningRate.ToString("E16", CultureInfo.InvariantCulture), StringComparison.Ordinal));
    }

    /// <summary>
    /// Trains on the first rows of a chunk in their order, batch by batch; changes parameters, moments, steps and running statistics
    /// in place.
    /// </summary>
    /// <returns>The sum of the rows' losses.</returns>
    public double Train(MlpState state, TrainingChunk chunk, int rows)
    {
        using var inputs = chunk.InputTensor.narrow(0, 0, rows);

        // The program hands the parameters back only so that TorchScript sees the use of what the optimizer wrote, and keeps the optimizer.
        var (total, parameters) = ((Tensor, Tensor))_unit.invoke(
            "train",
            state.Parameters, state.FirstMoment, state.SecondMoment, state.Steps, state.RunningMean, state.RunningVariance,
            inputs, chunk.ClassTensor, chunk.FactorTensor);
        using (total)
        using (parameters)
        {
            return total.item<float>();
        }
    }

    /// <summary>Log-probabilities [n, 3] with the running statistics and without dropout.</summary>
    public Tensor Evaluate(MlpState state, Tensor x) => (Tensor)_unit.invoke(
        "evaluate", state.Parameters, state.RunningMean, state.RunningVariance, x);

    public void Dispose() => _unit.Dispose();
}
