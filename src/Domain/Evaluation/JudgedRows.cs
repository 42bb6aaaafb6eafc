using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>
/// Collects the hold-out rows of a version with the version's predictions. It uses flat arrays: 25 bytes per row, 25 MB for a million rows.
/// Add each distinct row once. Not thread-safe.
/// </summary>
/// <param name="capacity">Initial capacity in rows; the arrays grow when needed.</param>
public sealed class JudgedRows(int capacity = 256)
{
    private double[] _probabilities = new double[Math.Max(1, capacity) * DiabetesClasses.Count];
    private byte[] _truth = new byte[Math.Max(1, capacity)];

    public int Count { get; private set; }

    /// <summary>Row counts, flat in the order subgroup cell × true class × class predicted by <see cref="AdaRule"/>.</summary>
    internal int[] RuleByCell { get; } = new int[Subgroup.Cells * ConfusionMatrix.Cells];

    /// <summary>Row counts, flat in the order subgroup cell × true class × predicted class.</summary>
    internal int[] MatrixByCell { get; } = new int[Subgroup.Cells * ConfusionMatrix.Cells];

    /// <summary>The probabilities, flat in the order row × class.</summary>
    internal ReadOnlySpan<double> Probabilities => _probabilities.AsSpan(0, Count * DiabetesClasses.Count);

    /// <summary>The index of the true class of each row.</summary>
    internal ReadOnlySpan<byte> Truth => _truth.AsSpan(0, Count);

    /// <param name="probabilities">Three probabilities in class order, 0..1 with sum 1 ± 0.001.</param>
    /// <exception cref="ArgumentException">The probabilities are invalid, or <paramref name="truth"/> isn't a class.</exception>
    public void Add(DiabetesClass truth, PatientFeatures features, ReadOnlySpan<double> probabilities)
    {
        var t = ConfusionMatrix.IndexOf(truth);
        ProbabilityMetrics.Check(probabilities);
        if (Count == _truth.Length)
        {
            Array.Resize(ref _truth, Count * 2);
            Array.Resize(ref _probabilities, Count * 2 * DiabetesClasses.Count);
        }

        var cell = Subgroup.CellOf(features);
        _truth[Count] = (byte)t;
        probabilities.CopyTo(_probabilities.AsSpan(Count * DiabetesClasses.Count));
        Count++;
        var row = (cell * ConfusionMatrix.Cells) + (t * DiabetesClasses.Count);
        MatrixByCell[row + (int)Evaluator.PredictedClass(probabilities)]++;
        RuleByCell[row + (int)AdaRule.Classify(features)]++;
    }
}
