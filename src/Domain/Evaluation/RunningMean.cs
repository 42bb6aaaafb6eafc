namespace ModelOps.Domain.Evaluation;

/// <summary>
/// Mean and variance of a stream of numbers without keeping them: Welford, "Note on a method for calculating corrected sums of squares
/// and products", Technometrics 4, 1962; two streams are joined by Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm
/// for computing sample variances", 1979.
/// </summary>
internal struct RunningMean
{
    // Standard normal quantile of 0.975.
    private const double Z = 1.959963984540054;

    private double _squares;

    public long Count { get; private set; }

    public double Mean { get; private set; }

    public void Add(double value)
    {
        Count++;
        var before = value - Mean;
        Mean += before / Count;
        _squares += before * (value - Mean);
    }

    public void Add(RunningMean other)
    {
        if (other.Count == 0)
        {
            return;
        }

        var total = Count + other.Count;
        var difference = other.Mean - Mean;
        Mean += difference * other.Count / total;
        _squares += other._squares + (difference * difference * Count * other.Count / total);
        Count = total;
    }

    /// <summary>
    /// Mean ± 1.96·s/√n, the 95 % interval of the central limit theorem with the sample variance s² (divisor n − 1). Null below two
    /// values, as one has no variance.
    /// </summary>
    public readonly MetricDelta? Interval()
    {
        if (Count < 2)
        {
            return null;
        }

        var half = Z * Math.Sqrt(_squares / (Count - 1) / Count);
        return new MetricDelta(Mean, Mean - half, Mean + half);
    }
}
