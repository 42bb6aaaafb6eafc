namespace ModelOps.Domain.Evaluation;

/// <summary>
/// McNemar's test for two classifiers on the same rows. It uses only the discordant rows, on which exactly one classifier is correct.
/// </summary>
public static class McNemar
{
    // Standard normal quantiles: 0.975 for a two-sided 5 % level, and 0.8 for the power.
    private const double ZAlpha = 1.959963984540054;
    private const double ZPower = 0.8416212335729143;

    private const int Shift = 512;

    /// <summary>
    /// The exact p-value and the mid-p-value, both two-sided. With n = <paramref name="b"/> + <paramref name="c"/> and k = min(b, c):
    /// <para><c>Exact</c> = min(1, 2·Σ_{i≤k} C(n,i)/2^n).</para>
    /// <para>
    /// <c>MidP</c> = 2·Σ_{i&lt;k} C(n,i)/2^n + C(n,k)/2^n. It gives the observed outcome half weight and is 1 when b = c (Lancaster, 1961;
    /// Fagerland, Lydersen and Laake, "The McNemar test for binary matched-pairs data", 2013).
    /// </para>
    /// <para>Both are 1 without discordant rows. The relative error is about k·1e-16.</para>
    /// </summary>
    /// <param name="b">Number of rows on which only the first classifier is correct.</param>
    /// <param name="c">Number of rows on which only the second classifier is correct.</param>
    public static (double Exact, double MidP) PValues(int b, int c)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(b);
        ArgumentOutOfRangeException.ThrowIfNegative(c);
        var n = (long)b + c;
        var k = Math.Min(b, c);

        // C(n,k) can overflow and 2^−n can underflow although their product doesn't. The binary exponent is therefore kept separately.
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

        // Sums from the largest term to the smallest: C(n,i−1) = C(n,i)·i/(n−i+1). The loop ends when a term is too small for a double,
        // at the latest with i = 0, which makes the term 0.
        double below = 0;
        var term = observed;
        for (long i = k; term > 0; i--)
        {
            term *= (double)i / (n - i + 1);
            below += term;
        }

        return (Math.Min(1, 2 * (below + observed)), Math.Min(1, (2 * below) + observed));
    }

    /// <summary>
    /// The sample size that detects a true gain in accuracy of <paramref name="gain"/> at the two-sided 5 % level with 80 % power:
    /// n = (z₀.₉₇₅·√ψ + z₀.₈·√(ψ − δ²))² / δ², where δ is the gain and ψ the share of discordant rows (Connor, "Sample size for testing
    /// differences in proportions for the paired-sample design", Biometrics 43, 1987, after Miettinen, 1968).
    /// <para>
    /// ψ is estimated as (discordant + 1)/(rows + 2). Without this correction, a few observed rows without discordance would give a sample
    /// size that is too small. ψ is at least δ, because a gain of δ requires at least this share of discordant rows.
    /// </para>
    /// </summary>
    /// <param name="discordant">Number of observed discordant rows.</param>
    /// <param name="rows">Number of observed rows.</param>
    /// <param name="gain">The gain in accuracy to detect, 0..1, above 0.</param>
    public static int RowsNeeded(int discordant, int rows, double gain)
    {
        var share = Math.Max((discordant + 1.0) / (rows + 2.0), gain);
        var root = (ZAlpha * Math.Sqrt(share)) + (ZPower * Math.Sqrt(share - (gain * gain)));
        return (int)Math.Ceiling(root * root / (gain * gain));
    }
}
