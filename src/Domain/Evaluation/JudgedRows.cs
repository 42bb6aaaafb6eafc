using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>
/// Collects the rows that judge a version, each with the version's answer, in flat arrays: 25 bytes a row, so a million rows are 25 MB.
/// Each distinct row is added once. Not thread-safe.
/// </summary>
/// <param name="capacity">Rows to make room for at once; more may be added.</param>
public sealed class JudgedRows(int capacity = 256)
{
    private double[] _probabilities = new double[Math.Max(1, capacity) * DiabetesClasses.Count];
    private byte[] _truth = new byte[Math.Max(1, capacity)];

    public int Count { get; private set; }

    /// <summary>Rows of each subgroup cell, counted by true class × class by <see cref="AdaRule"/>.</summary>
    internal int[] RuleByCell { get; } = new int[Subgroup.Cells * ConfusionMatrix.Cells];

    /// <summary>Rows of each subgroup cell, counted by true class × predicted class.</summary>
    internal int[] MatrixByCell { get; } = new int[Subgroup.Cells * ConfusionMatrix.Cells];

    /// <summary>Three probabilities of each row, in class order.</summary>
    internal ReadOnlySpan<double> Probabilities => _probabilities.AsSpan(0, Count * DiabetesClasses.Count);

    /// <summary>True class of each row as its position.</summary>
    internal ReadOnlySpan<byte> Truth => _truth.AsSpan(0, Count);

    /// <param name="probabilities">Three in class order, 0..1 and summing to 1 within 0.001.</param>
    /// <exception cref="ArgumentException">Values that are no probabilities, or a truth that is no class.</exception>
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
