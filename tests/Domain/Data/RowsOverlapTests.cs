using ModelOps.Domain.Data;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Tests.Data;

public class RowsOverlapTests
{
    /// <summary>Small and large files against each other, so that both sides skip and both are read densely.</summary>
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 20_000, 10_000)]
    [InlineData(20_000, 3, 10_000)]
    [InlineData(9_000, 9_000, 10_000)]
    [InlineData(9_000, 9_000, 1_000_000)]
    [InlineData(5_000, 5_000, 1)]
    public void Count_OfRandomRows_IsThatOfSets(int own, int other, int different)
    {
        var random = new SeededRandom(own + other, RandomPurpose.Sample);
        var (rows, dataset, records) = (Draw(own), Draw(other), Draw(other));

        var counts = Overlap(rows, [dataset], records);

        var (inDataset, inRecords) = (dataset.ToHashSet(), records.ToHashSet());
        Assert.Equal(
            new OverlapCounts(
                rows.Count(r => inDataset.Contains(r) || inRecords.Contains(r)),
                rows.Count(inRecords.Contains),
                rows.Count(inDataset.Contains)),
            counts);

        LabelledExample[] Draw(int count) =>
            [.. Enumerable.Range(0, count).Select(_ => Of(random.NextInt32(different)))];
    }

    [Fact]
    public void Count_WithManyDatasets_CountsEachRowOnce()
    {
        LabelledExample[] rows = [.. Enumerable.Range(0, 100).Select(Of), Of(7), Of(7)];
        LabelledExample[][] datasets = [.. Enumerable.Range(0, 60).Select(i => new[] { Of(i), Of(7), Of(1_000 + i) })];

        Assert.Equal(new OverlapCounts(62, 0, 62), Overlap(rows, datasets, []));
    }

    [Fact]
    public void Count_WithoutOthers_IsZero() =>
        Assert.Equal(new OverlapCounts(0, 0, 0), Overlap([Of(1), Of(2)], [], []));

    /// <summary>Equal inputs with another class are another row.</summary>
    [Fact]
    public void Count_OfRowsThatDifferInTheClass_IsZero() => Assert.Equal(
        new OverlapCounts(0, 0, 0),
        Overlap([Rows.Of(DiabetesClass.Negative, 40)], [[Rows.Of(DiabetesClass.Diabetes, 40)]], [Rows.Of(DiabetesClass.Prediabetes, 40)]));

    [Fact]
    public void MayContain_OfRows_AdmitsAllOfThemAndFewOthers()
    {
        var filter = new RowsOverlap(() => FileOf([.. Enumerable.Range(0, 10_000).Select(Of)])).Filter();

        Assert.All(Enumerable.Range(0, 10_000), i => Assert.True(filter.MayContain(Of(i))));
        Assert.InRange(Enumerable.Range(10_000, 10_000).Count(i => filter.MayContain(Of(i))), 0, 100);
    }

    private static OverlapCounts Overlap(LabelledExample[] rows, LabelledExample[][] datasets, LabelledExample[] records)
    {
        var overlap = new RowsOverlap(() => FileOf(rows));
        overlap.AddDatasets([.. datasets.Select(FileOf)]);
        var filter = overlap.Filter();
        using var sorter = new RowsSorter(() => new MemoryStream());
        foreach (var record in records.Where(filter.MayContain))
        {
            sorter.Add(record);
        }

        overlap.AddRecords(sorter);
        return overlap.Count();
    }

    private static LabelledExample Of(int number) =>
        Rows.Of((DiabetesClass)(number % 3), age: number % 101, bmi: 20 + (number / 101 * 0.001));

    private static MemoryStream FileOf(LabelledExample[] rows)
    {
        using var sorter = new RowsSorter(() => new MemoryStream());
        Array.ForEach(rows, sorter.Add);
        var file = new MemoryStream();
        RowsFile.Write(file, sorter.Sorted(Rows.Key), Rows.Key);
        file.Position = 0;
        return file;
    }
}
