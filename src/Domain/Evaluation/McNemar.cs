namespace ModelOps.Domain.Evaluation;

/// <summary>
/// McNemar's test of two classifiers on the same rows; it looks at the discordant rows alone, where exactly one is right.
/// </summary>
public static class McNemar
{
    // Standard normal quantiles of 0.975 (5 %, two-sided) and of 0.8 (power).
    private const double ZAlpha = 1.959963984540054;
    private const double ZPower = 0.8416212335729143;

    private const int Shift = 512;

    /// <summary>
    /// Both two-sided p-values, with a relative error of about k·1e-16 for k = the smaller count. <c>Exact</c> is
    /// min(1, 2·Σ_{i≤k} C(n,i)/2^n) with n = <paramref name="b"/> + <paramref name="c"/>; <c>MidP</c> counts the observed
    /// outcome half (Lancaster, 1961; Fagerland, Lydersen and Laake, "The McNemar test for binary matched-pairs data", 2013):
    /// 2·Σ_{i&lt;k} C(n,i)/2^n + C(n,k)/2^n, which is 1 where b = c. Without a discordant row both are 1.
    /// </summary>
    /// <param name="b">Rows on which only the one classifier is right.</param>
    /// <param name="c">Rows on which only the other is right.</param>
    public static (double Exact, double MidP) PValues(int b, int c)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(b);
        ArgumentOutOfRangeException.ThrowIfNegative(c);
        var n = (long)b + c;
        var k = Math.Min(b, c);

        // C(n,k) overflows and 2^−n underflows long before their product does, so the exponent is kept apart.
        double observed = 1;
        long exponent = -n;
        for (long i = 1; i <= k; i++)
        {
            observed *= (double)(n - k + i) / i;
            if (observed > Math.ScaleB(1, Shift))
            {
                observed = Math.ScaleB(observed, -Shift);
                exponent += Shift;
            }
        }

        observed = Math.ScaleB(observed, (int)Math.Max(exponent, -int.MaxValue));

        // From the largest term downwards: C(n,i−1) = C(n,i)·i/(n−i+1).
        double below = 0;
        var term = observed;
        for (long i = k; i > 0 && term > 0; i--)
        {
            term *= (double)i / (n - i + 1);
            below += term;
        }

        return (Math.Min(1, 2 * (below + observed)), Math.Min(1, (2 * below) + observed));
    }

    /// <summary>
    /// Rows that find a true gain in accuracy of <paramref name="gain"/> at the 5 % level (two-sided) with 80 % power:
    /// n = (z₀.₉₇₅·√ψ + z₀.₈·√(ψ − δ²))² / δ² (Connor, "Sample size for testing differences in proportions for the paired-sample
    /// design", Biometrics 43, 1987, after Miettinen, 1968), with δ the gain and ψ the share of discordant rows. ψ is taken from the
    /// observed rows as (discordant + 1)/(rows + 2), so that few rows without any discordance don't promise too much, and is
    /// at least δ, as a gain of δ needs that many discordant rows.
    /// </summary>
    public static int RowsNeeded(int discordant, int rows, double gain)
    {
        var share = Math.Max((discordant + 1.0) / (rows + 2.0), gain);
        var root = (ZAlpha * Math.Sqrt(share)) + (ZPower * Math.Sqrt(share - (gain * gain)));
        return (int)Math.Ceiling(root * root / (gain * gain));
    }
}
