using System.Numerics;

namespace ModelOps.Domain.Evaluation;

/// <summary>
/// Bootstrap resamples of counted rows, stratified. Drawing a stratum's n rows with replacement and counting their cells is the
/// same as one multinomial draw of n with the observed shares of the cells; so a resample costs about n/32 random words instead
/// of n, and nothing of it is approximate. Only integers are used: the same numbers come out on every machine.
/// </summary>
internal sealed class StratifiedBootstrap
{
    private readonly int[] _cells;
    private readonly int _width;
    private readonly int[] _descending;

    /// <param name="cells">Observed counts, flat in the order stratum × cell.</param>
    /// <param name="width">Cells of a stratum.</param>
    public StratifiedBootstrap(int[] cells, int width)
    {
        _cells = cells;
        _width = width;

        // The largest cell first leaves the fewest rows to the draws that follow.
        _descending = [.. Enumerable.Range(0, cells.Length).OrderBy(i => i / width).ThenByDescending(i => cells[i])];
    }

    /// <summary>Writes the cell counts of one resample; each stratum keeps its number of rows.</summary>
    public void Draw(SeededRandom random, Span<int> destination)
    {
        for (var first = 0; first < _cells.Length; first += _width)
        {
            var observed = 0;
            for (var i = first; i < first + _width; i++)
            {
                observed += _cells[i];
            }

            var rows = observed;
            for (var k = first; k < first + _width; k++)
            {
                var i = _descending[k];
                var drawn = Binomial(random, rows, _cells[i], observed);
                destination[i] = drawn;
                rows -= drawn;
                observed -= _cells[i];
            }
        }
    }

    /// <summary>The percentile interval of <paramref name="values"/>, which are sorted in place.</summary>
    public static (double Low, double High) PercentileInterval(double[] values, double level)
    {
        Array.Sort(values);
        var tail = (1 - level) / 2;
        return (Quantile(values, tail), Quantile(values, 1 - tail));
    }

    // numpy.quantile, method "linear" (Hyndman and Fan's type 7).
    private static double Quantile(double[] ascending, double share)
    {
        var position = share * (ascending.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, ascending.Length - 1);
        return ascending[below] + ((position - below) * (ascending[above] - ascending[below]));
    }

    /// <summary>
    /// The number of successes of <paramref name="trials"/> with probability numerator/denominator, exactly: every trial's uniform
    /// number is compared with the probability binary digit by binary digit, all undecided trials at once, so that the count of
    /// ones among random bits is all that is drawn. (The idea of Farach-Colton and Tsai, "Exact sublinear binomial sampling", 2015.)
    /// </summary>
    private static int Binomial(SeededRandom random, int trials, int numerator, int denominator)
    {
        if (numerator == 0 || numerator == denominator)
        {
            return numerator == 0 ? 0 : trials;
        }

        var successes = 0;
        var undecided = trials;
        for (var rest = (long)numerator; undecided > 0 && rest > 0;)
        {
            rest *= 2;
            var ones = CountOnes(random, undecided);
            if (rest >= denominator)
            {
                rest -= denominator;
                successes += undecided - ones;
                undecided = ones;
            }
            else
            {
                undecided -= ones;
            }
        }

        return successes;
    }

    private static int CountOnes(SeededRandom random, int bits)
    {
        var ones = 0;
        for (; bits >= 64; bits -= 64)
        {
            ones += BitOperations.PopCount(random.NextUInt64());
        }

        return bits == 0 ? ones : ones + BitOperations.PopCount(random.NextUInt64() >> (64 - bits));
    }
}
