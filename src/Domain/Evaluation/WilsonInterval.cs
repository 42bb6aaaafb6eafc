namespace ModelOps.Domain.Evaluation;

/// <summary>
/// The 95 % score interval of a share (Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
/// American Statistical Association 22, 1927). Unlike the interval by the normal distribution it never leaves 0..1 and is sound for few
/// observations.
/// </summary>
public static class WilsonInterval
{
    /// <summary>The 97.5 % quantile of the standard normal distribution.</summary>
    private const double Z = 1.959963984540054;

    /// <exception cref="ArgumentOutOfRangeException">There are no observations, or more successes than observations.</exception>
    public static (double Low, double High) Of(int successes, int observations)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(observations);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, observations);
        var (n, share, square) = ((double)observations, (double)successes / observations, Z * Z);
        var centre = (share + (square / (2 * n))) / (1 + (square / n));
        var half = Z / (1 + (square / n)) * Math.Sqrt((share * (1 - share) / n) + (square / (4 * n * n)));
        return (Math.Max(0, centre - half), Math.Min(1, centre + half));
    }
}
