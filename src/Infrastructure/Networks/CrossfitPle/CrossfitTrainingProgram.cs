using static TorchSharp.torch;

namespace ModelOps.Infrastructure.Networks.CrossfitPle;

/// <summary>
/// The network crossfit-ple as a TorchScript program with an explicit backward pass. All ten members are computed in one batched product:
/// codes [10, k, 53] → W1, b1 → ReLU → W2, b2 → (a, g) [10, k, 2]. One call trains many batches. This avoids, per batch, the cost of
/// the native call and of autograd's bookkeeping.
/// </summary>
/// <remarks>
/// With v = softplus(g) − a, the class-weighted negative log-likelihood of <see cref="OrderedOutput"/> is
/// l·softplus(a) + u·softplus(v) − m·g. l is the row's weight unless the class is Diabetes, u is the row's weight unless the class is
/// Negative, and m is the row's weight if the class is Prediabetes; otherwise they are 0. The derivatives are l·σ(a) − u·σ(v) for a, and
/// u·σ(v)·σ(g) − m for g. The weights are divided by the number of rows of the batch beforehand. So the loss is the mean over the batch,
/// summed over the members.
/// Products with W2 have two columns. libtorch is three to five times faster when such a matrix is stored row by row along the hidden
/// units, so W2 and its gradient are transposed for the product.
/// AdamW is Loshchilov and Hutter's ("Decoupled weight decay regularization", 2019) with PyTorch's other defaults.
/// </remarks>
internal sealed class CrossfitTrainingProgram : IDisposable
{
    private const string Source = """
        def train(w1, b1, w2, b2, m1, n1, m2, n2, v1, u1, v2, u2, codes, weights, rates, numbers):
            none: List[Tensor] = []
            xs = codes.unbind()
            ys = weights.clone().unbind()
            steps = numbers.unbind()
            lrs = rates.unbind()
            w2t = w2.transpose(1, 2)
            ps = [w1, w2]
            ms = [m1, m2]
            vs = [v1, v2]
            bs = [b1, b2]
            ns = [n1, n2]
            us = [u1, u2]
            outs: List[Tensor] = []
            for j in range(len(xs)):
                x = xs[j]
                y = ys[j]
                h = torch.bmm(x, w1).add_(b1).relu_()
                o = torch.bmm(h, w2t.contiguous().transpose(1, 2)).add_(b2)
                outs.append(o)
                a, g = o.unbind(2)
                y.select(2, 1).mul_(torch.softplus(g).sub_(a).sigmoid_())
                e = torch.sigmoid(o).mul_(y.narrow(2, 0, 2)).sub_(y.narrow(2, 1, 2))
                dh = torch.threshold_backward(torch.bmm(e, w2t), h, 0)
                dw1 = torch.bmm(x.transpose(1, 2), dh)
                dw2 = torch.bmm(e.transpose(1, 2), h).transpose(1, 2).contiguous()
                db1 = torch.sum(dh, [1], True)
                db2 = torch.sum(e, [1], True)
                t = steps[j]
                torch._fused_adamw_(ps, [dw1, dw2], ms, vs, none, [t, t],
                    lr=lrs[j], beta1=0.9, beta2=0.999, weight_decay=0.05, eps=1e-8, amsgrad=False, maximize=False)
                torch._fused_adamw_(bs, [db1, db2], ns, us, none, [t, t],
                    lr=lrs[j], beta1=0.9, beta2=0.999, weight_decay=0.0, eps=1e-8, amsgrad=False, maximize=False)
            a, g = torch.stack(outs).unbind(3)
            low, up, middle = weights.unbind(3)
            loss = low * torch.softplus(a) + up * torch.softplus(torch.softplus(g) - a) - middle * g
            return loss.sum(), ps[0], bs[0]

        def evaluate(w1, b1, w2, b2, x):
            w2c = w2.transpose(1, 2).contiguous().transpose(1, 2)
            return torch.bmm(torch.bmm(x, w1).add_(b1).relu_(), w2c).add_(b2)

        """;

    private readonly jit.CompilationUnit _unit = jit.compile(Source);

    /// <summary>Trains the chunk's batches in order. Changes weights and moments in place.</summary>
    /// <returns>The sum over batches and members of the batches' mean losses.</returns>
    public double Train(CrossfitState state, CrossfitChunk chunk, int batches)
    {
        using var scope = NewDisposeScope();

        // The program returns weights only so that TorchScript does not remove the optimizer's writes as dead code.
        var (loss, _, _) = ((Tensor, Tensor, Tensor))_unit.invoke(
            "train",
            [
                .. state.Weights, .. state.FirstMoments, .. state.SecondMoments,
                chunk.CodeTensor.narrow(0, 0, batches), chunk.WeightTensor.narrow(0, 0, batches),
                chunk.RateTensor.narrow(0, 0, batches), chunk.NumberTensor.narrow(0, 0, batches),
            ]);
        return loss.item<float>();
    }

    /// <summary>The outputs (a, g) [members, n, 2] for codes [members, n, 53], in the weights' precision.</summary>
    public Tensor Evaluate(IReadOnlyList<Tensor> weights, Tensor codes) => (Tensor)_unit.invoke("evaluate", [.. weights, codes]);

    public void Dispose() => _unit.Dispose();
}
