using ModelOps.Domain.Data;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Datasets;

/// <summary>
/// Computes a <see cref="DataProfile"/> in one pass over rows in canonical order. Memory: 1.2 MB, however many rows there are.
/// </summary>
public sealed class DataProfiler
{
    private static readonly FeatureSchema Schema = FeatureSchema.Current;

    private readonly NumberColumn?[] _numbers = [.. Schema.Inputs.Select(c => c.Kind == ColumnKind.Number ? new NumberColumn(c) : null)];
    private readonly int[][] _codes = [.. Schema.Inputs.Select(c => new int[c.Codes.Count])];
    private readonly double[] _values = new double[Schema.Inputs.Count];
    private readonly int[] _byClass = new int[DiabetesClasses.Count];
    private LabelledExample? _previous;
    private bool _conflicts;
    private int _rows;
    private int _distinct;
    private int _conflicting;

    /// <summary>
    /// The profile of one or more rows in canonical order, see <see cref="CanonicalRow"/>. Equal inputs are neighbours in this order.
    /// </summary>
    public static DataProfile Of(IEnumerable<CountedRow> rows)
    {
        var profiler = new DataProfiler();
        foreach (var row in rows)
        {
            profiler.Add(row);
        }

        return profiler.Complete();
    }

    private void Add(CountedRow row)
    {
        if (_previous is not { } before || before.Features != row.Row.Features)
        {
            _conflicts = false;
        }
        else if (before.Class != row.Row.Class && !_conflicts)
        {
            _conflicts = true;
            _conflicting++;
        }

        _distinct++;
        _previous = row.Row;
        _rows = checked(_rows + row.Count);
        _byClass[(int)row.Row.Class] += row.Count;
        row.Row.Features.CopyTo(_values);
        for (var i = 0; i < _values.Length; i++)
        {
            if (_numbers[i] is { } number)
            {
                number.Add(_values[i], row.Count, row.Row.Class);
            }
            else
            {
                _codes[i][(int)_values[i]] += row.Count;
            }
        }
    }

    private DataProfile Complete() => new(
        _rows,
        _distinct,
        _rows - _distinct,
        _conflicting,
        DiabetesClasses.All.ToDictionary(c => c, c => _byClass[(int)c]),
        Enumerable.Range(0, Schema.Inputs.Count).ToDictionary(i => Schema.Inputs[i].Name, ProfileOf));

    private ColumnProfile ProfileOf(int column) => _numbers[column] is { } numbers
        ? numbers.Complete(_rows)
        : new ColumnProfile
        {
            Counts = Enumerable.Range(0, _codes[column].Length).ToDictionary(i => Schema.Inputs[column].Codes[i], i => _codes[column][i]),
        };

    /// <summary>
    /// Counts values on a grid between the column's limits. A cell remembers its smallest value. Two values with two decimals never share a
    /// cell, because a cell is narrower than 0.01: 130 years / 32,768 = 0.004.
    /// </summary>
    private sealed class NumberColumn(Column column)
    {
        private const int Cells = 1 << 15;

        private readonly double _width = (column.Maximum.Value - column.Minimum.Value) / Cells;
        private readonly int[] _counts = new int[Cells];
        private readonly double[] _smallest = new double[Cells];
        private readonly int[] _bins = new int[DiabetesClasses.Count * Bins.Count];
        private double _sum;
        private double _min = double.PositiveInfinity;
        private double _max = double.NegativeInfinity;

        public void Add(double value, int count, DiabetesClass label)
        {
            var cell = (int)Math.Clamp((value - column.Minimum.Value) / _width, 0, Cells - 1);
            _smallest[cell] = _counts[cell] == 0 ? value : Math.Min(_smallest[cell], value);
            _counts[cell] += count;
            _bins[((int)label * Bins.Count) + column.Bins.IndexOf(value)] += count;
            _sum += value * count;
            (_min, _max) = (Math.Min(_min, value), Math.Max(_max, value));
        }

        public ColumnProfile Complete(int rows) => new()
        {
            Min = _min,
            Max = _max,
            Mean = _sum / rows,
            Quantiles = new Quantiles(
                Quantile(0.05, rows), Quantile(0.25, rows), Quantile(0.5, rows), Quantile(0.75, rows), Quantile(0.95, rows)),
            Histogram = new Histogram(
                [.. Enumerable.Range(0, Bins.Count + 1).Select(column.Bins.EdgeOf)],
                [.. Enumerable.Range(0, Bins.Count).Select(bin => DiabetesClasses.All.Sum(c => Bin(c, bin)))],
                DiabetesClasses.All.ToDictionary(
                    c => c, c => (IReadOnlyList<int>)[.. Enumerable.Range(0, Bins.Count).Select(bin => Bin(c, bin))])),
        };

        private int Bin(DiabetesClass label, int bin) => _bins[((int)label * Bins.Count) + bin];

        private double Quantile(double share, int rows)
        {
            var rank = share * (rows - 1);
            var lower = ValueAt((int)rank, out var upper);
            return lower + ((rank - (int)rank) * (upper - lower));
        }

        /// <summary>The value of a row in ascending order, counted from 0, and of the row behind it.</summary>
        private double ValueAt(int row, out double next)
        {
            var (cell, seen) = (0, _counts[0]);
            while (seen <= row)
            {
                seen += _counts[++cell];
            }

            var value = next = _smallest[cell];
            if (seen == row + 1)
            {
                var behind = Array.FindIndex(_counts, cell + 1, count => count > 0);
                next = behind < 0 ? value : _smallest[behind];
            }

            return value;
        }
    }
}
