namespace ModelOps.WebApi.Dashboard;

/// <summary>Rounds shares of one whole so that what stands together on a page adds up.</summary>
internal static class Shares
{
    /// <summary>
    /// Rounds by the method of the largest remainder: each share down, then up those that lost most, until the sum is the rounded sum.
    /// </summary>
    /// <param name="shares">Shares of one whole, each 0..1.</param>
    /// <param name="units">The units of the whole: 100 for percentages, 1,000 for tenths of a percent.</param>
    /// <returns>The units of each share, in the same order. Each differs from the exact number by less than one.</returns>
    public static IReadOnlyList<long> Round(IReadOnlyList<double> shares, int units)
    {
        // A share such as 0.29 is a little less than 29 of 100 in binary; without this it would lose a whole unit.
        var exact = shares.Select(share => Math.Round(share * units, 9)).ToArray();
        var rounded = Array.ConvertAll(exact, value => (long)Math.Floor(value));
        var missing = (int)(Math.Round(exact.Sum()) - rounded.Sum());
        foreach (var i in Enumerable.Range(0, exact.Length).OrderByDescending(i => exact[i] - rounded[i]).Take(missing))
        {
            rounded[i]++;
        }

        return rounded;
    }
}
