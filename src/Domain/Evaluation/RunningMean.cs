namespace ModelOps.Domain.Evaluation;

/// <summary>
/// Online mean and variance of a stream of numbers in constant memory (Welford, "Note on a method for calculating corrected sums of squares
/// and products", Technometrics 4, 1962). Two streams are merged by the formula of Chan, Golub and LeVeque ("Updating formulae and a
/// pairwise algorithm for computing sample variances", 1979).
/// </summary>
internal struct RunningMean
{
    // The 0.975 quantile of the standard normal distribution.
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
    /// The mean with its 95 % normal confidence interval, mean ± 1.96·s/√n, where s² is the sample variance (divisor n − 1). Null for fewer
    /// than two values, because the sample variance is then undefined.
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
