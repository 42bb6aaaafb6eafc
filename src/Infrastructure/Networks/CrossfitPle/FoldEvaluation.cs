using System.Runtime.InteropServices;
using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using static TorchSharp.torch;

namespace ModelOps.Infrastructure.Networks.CrossfitPle;

/// <summary>
/// Evaluates each member on the rows of its own fold. One batched product computes several rows of all members.
/// </summary>
internal sealed class FoldEvaluation : IDisposable
{
    /// <summary>The number of rows per member in one call: 1 MB of codes.</summary>
    private const int MaxRows = 512;

    private readonly CrossfitData _data;
    private readonly int _rows;
    private readonly Tensor _codes;

    public FoldEvaluation(CrossfitData data)
    {
        _data = data;
        _rows = Math.Min(MaxRows, data.FoldRows.Max(f => f.Length));
        _codes = zeros(CrossfitShape.Members, _rows, PiecewiseEncoding.Width);
    }

    /// <summary>
    /// The sum of each fold's unweighted log losses (length 10), the same of the rows of other folds whose inputs the fold has too, and the
    /// macro F1 over all rows.
    /// </summary>
    public (double[] Losses, double[] Shared, double MacroF1) Measure(CrossfitTrainingProgram program, CrossfitState state)
    {
        var losses = new double[CrossfitShape.Members];
        var shared = new double[CrossfitShape.Members];
        var confusion = new int[ConfusionMatrix.Cells];
        var longest = _data.FoldRows.Max(f => f.Length);
        Span<double> p = stackalloc double[DiabetesClasses.Count];
        for (var from = 0; from < longest; from += _rows)
        {
            Fill(from);
            using var outputs = program.Evaluate(state.Weights, _codes);
            var values = MemoryMarshal.Cast<byte, float>(outputs.bytes);
            for (var m = 0; m < losses.Length; m++)
            {
                var fold = _data.FoldRows[m];
                for (var i = from; i < Math.Min(from + _rows, fold.Length); i++)
                {
                    var at = ((m * _rows) + i - from) * CrossfitShape.Outputs;
                    var (a, g) = (values[at], values[at + 1]);
                    var truth = _data.ClassOf(fold[i]);
                    var loss = OrderedOutput.NegativeLogLikelihood(a, g, truth);
                    losses[m] += loss;
                    AddShared(shared, m, _data.FoldsOf(fold[i]), loss);
                    OrderedOutput.Probabilities(a, g, p);
                    confusion[(truth * DiabetesClasses.Count) + (int)Evaluator.PredictedClass(p)]++;
                }
            }
        }

        return (losses, shared, ConfusionMatrix.MacroF1(confusion));
    }

    public void Dispose() => _codes.Dispose();

    private static void AddShared(double[] shared, int own, FoldSet folds, double loss)
    {
        for (var m = 0; m < shared.Length && folds != FoldSet.Of(own); m++)
        {
            shared[m] += m != own && folds.Contains(m) ? loss : 0;
        }
    }

    private void Fill(int from)
    {
        var codes = MemoryMarshal.Cast<byte, float>(_codes.bytes);
        for (var m = 0; m < CrossfitShape.Members; m++)
        {
            var fold = _data.FoldRows[m];
            for (var i = from; i < Math.Min(from + _rows, fold.Length); i++)
            {
                _data.EncodeRow(m, fold[i], codes.Slice(((m * _rows) + i - from) * PiecewiseEncoding.Width, PiecewiseEncoding.Width));
            }
        }
    }
}
