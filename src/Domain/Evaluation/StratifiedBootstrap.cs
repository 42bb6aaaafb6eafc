using System.Numerics;

namespace ModelOps.Domain.Evaluation;

/// <summary>
/// Stratified bootstrap resamples of a table of counts. Drawing the n rows of a stratum with replacement and counting their cells is
/// equivalent to one multinomial draw of size n with the observed cell shares. The draw is exact and needs about n/32 random words instead
/// of n. It uses integer arithmetic only, so the result is the same on every machine.
/// </summary>
internal sealed class StratifiedBootstrap
{
    private readonly int[] _cells;
    private readonly int _width;
    private readonly int[] _descending;

    /// <param name="cells">Observed counts, flat in the order stratum × cell.</param>
    /// <param name="width">Number of cells in a stratum.</param>
    public StratifiedBootstrap(int[] cells, int width)
    {
        _cells = cells;
        _width = width;

        // Draws the largest cell first, so the fewest rows remain for the following draws.
        _descending = [.. Enumerable.Range(0, cells.Length).OrderBy(i => i / width).ThenByDescending(i => cells[i])];
    }

    /// <summary>Draws one resample and writes its cell counts. The number of rows of each stratum is unchanged.</summary>
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

    /// <summary>The percentile interval of <paramref name="values"/>. The array is sorted in place.</summary>
    /// <param name="level">Nominal coverage, 0..1.</param>
    public static (double Low, double High) PercentileInterval(double[] values, double level)
    {
        Array.Sort(values);
        var tail = (1 - level) / 2;
        return (Quantile(values, tail), Quantile(values, 1 - tail));
    }

    // Same result as numpy.quantile with method "linear" (type 7 of Hyndman and Fan).
    private static double Quantile(double[] ascending, double share)
    {
        var position = share * (ascending.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, ascending.Length - 1);
        return ascending[below] + ((position - below) * (ascending[above] - ascending[below]));
    }

    /// <summary>
    /// Exact binomial sample: the number of successes in <paramref name="trials"/> trials with probability numerator/denominator.
    /// Each trial compares a uniform random number with the probability, one binary digit at a time. Each step draws one random bit for
    /// every undecided trial, and only the number of ones matters. The idea is from Farach-Colton and Tsai, "Exact sublinear binomial
    /// sampling", 2015.
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
