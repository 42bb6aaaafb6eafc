using ModelOps.Domain.Data;
using ModelOps.Domain.Features;
using static ModelOps.Domain.Features.DiabetesClass;

namespace ModelOps.Domain.Tests.Data;

public class RowsSorterTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(1_000_000)]
    public void Sorted_HoweverFewRowsFitIntoMemory_GivesTheSameRows(int rowsInMemory)
    {
        LabelledExample[] rows = [.. Rows.Many(300), .. Rows.Many(120), .. Rows.Many(10)];
        new SeededRandom(3, RandomPurpose.Sample).Shuffle<LabelledExample>(rows);
        using var sorter = new RowsSorter(() => new MemoryStream(), rowsInMemory);
        Array.ForEach(rows, sorter.Add);

        CountedRow[] sorted = [.. sorter.Sorted(Rows.Key)];

        Assert.Equal(rows.Distinct().OrderBy(Bytes), sorted.Select(r => r.Row));
        Assert.Equal(rows.Distinct().OrderBy(Bytes).Select(r => rows.Count(other => other == r)), sorted.Select(r => r.Count));
        Assert.Equal(sorted.Select(r => Rows.Key.FoldOf(r.Row.Features)), sorted.Select(r => r.Fold));
    }

    [Fact]
    public void Sorted_WithoutRows_IsEmpty()
    {
        using var sorter = new RowsSorter(() => new MemoryStream());

        Assert.Empty(sorter.Sorted(Rows.Key));
    }

    [Fact]
    public void Sorted_WhenZeroHasASign_CountsTheRowsAsOne()
    {
        using var sorter = new RowsSorter(() => new MemoryStream());
        sorter.Add(Rows.Of(Negative, 0.0));
        sorter.Add(Rows.Of(Negative, -0.0));

        Assert.Equal(2, Assert.Single(sorter.Sorted(Rows.Key)).Count);
    }

    [Fact]
    public void Dispose_AfterRunsWereWritten_DisposesThem()
    {
        var runs = new List<MemoryStream>();
        var sorter = new RowsSorter(
            () =>
            {
                runs.Add(new MemoryStream());
                return runs[^1];
            },
            rowsInMemory: 10);
        Array.ForEach(Rows.Many(35), sorter.Add);

        sorter.Dispose();

        Assert.Equal(3, runs.Count);
        Assert.All(runs, run => Assert.False(run.CanRead));
    }

    [Theory]
    [InlineData(4_200)]
    [InlineData(RowsSorter.DefaultRowsInMemory)]
    public void Sorted_WhenThereAreMoreRowsThanTheBuffersHoldAtFirst_GivesThemAll(int rowsInMemory)
    {
        LabelledExample[] rows = [.. Rows.Many(4_500), .. Rows.Many(10)];
        using var sorter = new RowsSorter(() => new MemoryStream(), rowsInMemory);
        Array.ForEach(rows, sorter.Add);

        CountedRow[] sorted = [.. sorter.Sorted(Rows.Key)];

        Assert.Equal((4_500, 4_510), (sorted.Length, sorted.Sum(r => r.Count)));
        Assert.Equal(rows.ToHashSet(), sorted.Select(r => r.Row).ToHashSet());
    }

    [Fact]
    public void Add_WhenRowsAreFew_TakesLittleMemory()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var sorter = new RowsSorter(() => new MemoryStream());
        Array.ForEach(Rows.Many(10), sorter.Add);

        // 4,096 keys of 40 bytes at first, far from the 8 MB of a full sorter.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 4_096 * 40, 200_000);
    }

    [Fact]
    public void Add_WhenRowsRepeat_WritesEachOnceToARun()
    {
        using var run = new MemoryStream();
        using var sorter = new RowsSorter(() => run, rowsInMemory: 100);
        Array.ForEach([.. Enumerable.Repeat(Rows.Many(3), 34).SelectMany(r => r)], sorter.Add);

        // 100 of the 102 rows are in the run: 3 rows of 26 bytes, a count of 4 and a patient of 8.
        Assert.Equal(3 * 38, run.Length);
        Assert.Equal([34, 34, 34], sorter.Sorted(Rows.Key).Select(r => r.Count));
    }

    [Fact]
    public void Merge_OfOverlappingSources_AddsTheCounts()
    {
        CountedRow[] Sorted(int from, int to)
        {
            using var sorter = new RowsSorter(() => new MemoryStream());
            Array.ForEach(Rows.Many(100)[from..to], sorter.Add);
            return [.. sorter.Sorted(Rows.Key)];
        }

        CountedRow[] merged = [.. RowsSorter.Merge(Sorted(0, 60), Sorted(40, 100), [], Sorted(50, 55))];

        Assert.Equal(Rows.Many(100).OrderBy(Bytes), merged.Select(r => r.Row));
        Assert.Equal(125, merged.Sum(r => r.Count));
        Assert.All(merged.Where(r => r.Count == 3), r => Assert.Contains(r.Row, Rows.Many(100)[50..55]));
    }

    [Fact]
    public void Merge_WhenTheReaderStopsEarly_DisposesEverySource()
    {
        var disposed = 0;
        IEnumerable<CountedRow> Source()
        {
            try
            {
                using var sorter = new RowsSorter(() => new MemoryStream());
                Array.ForEach(Rows.Many(10), sorter.Add);
                foreach (var row in sorter.Sorted(Rows.Key))
                {
                    yield return row;
                }
            }
            finally
            {
                disposed++;
            }
        }

        Assert.NotEqual(0, RowsSorter.Merge(Source(), Source()).First().Count);
        Assert.Equal(2, disposed);
    }

    private static string Bytes(LabelledExample row)
    {
        var canonical = new byte[CanonicalRow.Bytes];
        CanonicalRow.Write(row, canonical);
        return Convert.ToHexStringLower(canonical);
    }
}
