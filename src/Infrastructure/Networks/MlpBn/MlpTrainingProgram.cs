using System.Globalization;
using System.Runtime.InteropServices;
using ModelOps.Domain.Training;
using static TorchSharp.torch;

namespace ModelOps.Infrastructure.Networks.MlpBn;

/// <summary>
/// The network mlp-bn as a TorchScript program with an explicit backward pass: Linear(4, h) → BatchNorm → ReLU → Dropout →
/// Linear(h, 3), cross-entropy, Adam. One call trains many batches. This avoids, per batch, the cost of the native call, of autograd's
/// bookkeeping and of eight optimizer calls.
/// </summary>
/// <remarks>
/// All parameters are in one vector of length 10h + 3, in the order W1 [h, 4], b1 [h], gamma [h], beta [h], W2 [3, h], b2 [3].
/// b1 gets no gradient: batch normalisation subtracts any constant, so the true gradient of b1 is zero.
/// At this size a kernel call costs more than its arithmetic, so the program has few calls. One call computes the loss's derivative from
/// the log-probabilities. One threshold call zeroes the derivative of units that dropout or ReLU zeroed; dropout's factor is in the
/// product before it. Batches and step numbers are split before the loop, and the losses are summed after it.
/// </remarks>
internal sealed class MlpTrainingProgram : IDisposable
{
    private const string Source = """
        def train(p, m, v, steps, mean, var, x, y, mask, rate):
            h = {hidden}
            n = x.size(0)
            sizes: List[int] = []
            i = 0
            while i < n:
                k = min({batch}, n - i)
                if n - i - k == 1:
                    k = k + 1
                sizes.append(k)
                i = i + k
            count = len(sizes)
            parts = [4 * h, h, h, h, 3 * h, 3]
            w1, b1, gamma, beta, w2, b2 = p.split_with_sizes(parts)
            m1, m2, m3, m4, m5, m6 = m.split_with_sizes(parts)
            v1, v2, v3, v4, v5, v6 = v.split_with_sizes(parts)
            w1 = w1.view(h, 4)
            w1t = w1.t()
            w2 = w2.view(3, h)
            w2t = w2.t()
            ps = [w1, gamma, beta, w2, b2]
            ms = [m1.view(h, 4), m3, m4, m5.view(3, h), m6]
            vs = [v1.view(h, 4), v3, v4, v5.view(3, h), v6]
            none: List[Tensor] = []
            xs = x.split_with_sizes(sizes)
            targets = y.narrow(0, 0, n)
            grads = targets.div(-{batch}).split_with_sizes(sizes)
            masks = mask.narrow(0, 0, n).split_with_sizes(sizes)
            numbers = torch.arange(1, count + 1).to(steps.dtype).add_(steps).unbind()
            nothing = torch.zeros(1)
            logs: List[Tensor] = []
            for j in range(count):
                k = sizes[j]
                xb = xs[j]
                grad = grads[j]
                if k != {batch}:
                    grad = grad * ({batch} / k)
                z = torch.addmm(b1, xb, w1t)
                a, saved_mean, saved_inv = torch.native_batch_norm(z, gamma, beta, mean, var, True, 0.1, 1e-5)
                d = torch.relu_(a).mul_(masks[j])
                lp = torch.log_softmax(torch.addmm(b2, d, w2t), 1)
                logs.append(lp)
                e = torch._log_softmax_backward_data(grad, lp, 1, 6)
                da = torch.threshold_backward(torch.addmm(nothing, e, w2, beta=0, alpha={scale}), d, 0)
                dz, dgamma, dbeta = torch.native_batch_norm_backward(da, z, gamma, mean, var, saved_mean, saved_inv, True, 1e-5, [True, True, True])
                gs = [torch.mm(dz.t(), xb), dgamma, dbeta, torch.mm(e.t(), d), torch.sum(e, [0])]
                t = numbers[j]
                torch._fused_adam_(ps, gs, ms, vs, none, [t, t, t, t, t], lr=rate, beta1=0.9, beta2=0.999, weight_decay=0.0, eps=1e-8, amsgrad=False, maximize=False)
            steps.add_(count)
            total = torch.dot(torch.cat(logs).view(-1), targets.reshape(-1)).neg()
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
    private readonly Tensor _rate = zeros(1, ScalarType.Float64);

    /// <remarks>
    /// The numbers are constants in the program's source. TorchSharp passes a number as a temporary object that the garbage collector may
    /// free before the call has read it, which occasionally crashes the process.
    /// </remarks>
    public MlpTrainingProgram(TrainingParameters parameters)
    {
        _unit = jit.compile(Source
            .Replace("{hidden}", parameters.HiddenSize.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{scale}", EpochData.Scale.ToString("E9", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{batch}", parameters.BatchSize.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
    }

    /// <summary>
    /// Trains on the first rows of a chunk in order, batch by batch. Changes parameters, moments, steps and running statistics in place.
    /// </summary>
    /// <param name="rate">Adam's learning rate.</param>
    /// <returns>The sum of the rows' losses.</returns>
    public double Train(MlpState state, TrainingChunk chunk, int rows, double rate)
    {
        MemoryMarshal.Write(_rate.bytes, rate);
        using var inputs = chunk.InputTensor.narrow(0, 0, rows);

        // The program returns the parameters only so that TorchScript does not remove the optimizer's writes as dead code.
        var (total, parameters) = ((Tensor, Tensor))_unit.invoke(
            "train",
            state.Parameters, state.FirstMoment, state.SecondMoment, state.Steps, state.RunningMean, state.RunningVariance,
            inputs, chunk.ClassTensor, chunk.FactorTensor, _rate);
        using (total)
        using (parameters)
        {
            return total.item<float>();
        }
    }

    /// <summary>Log-probabilities [n, 3] with the running statistics and without dropout.</summary>
    public Tensor Evaluate(MlpState state, Tensor x) => (Tensor)_unit.invoke(
        "evaluate", state.Parameters, state.RunningMean, state.RunningVariance, x);

    public void Dispose()
    {
        _unit.Dispose();
        _rate.Dispose();
    }
}
