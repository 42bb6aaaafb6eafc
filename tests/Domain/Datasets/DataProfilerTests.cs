using ModelOps.Domain.Data;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;
using ModelOps.Domain.Tests.Data;
using static ModelOps.Domain.Features.DiabetesClass;

namespace ModelOps.Domain.Tests.Datasets;

public class DataProfilerTests
{
    /// <summary>With the quantiles and the mean that numpy gives.</summary>
    [Fact]
    public void Of_ValuesWithTwoDecimals_GivesExactQuantiles()
    {
        double[] values = [22.5, 22.5, 31.07, 18.2, 27.94, 40, 27.95, 19.99, 27.94, 35.01];

        var column = Of(values.Select(bmi => Rows.Of(Negative, 40, bmi: bmi))).Columns[ColumnNames.Bmi];

        Assert.Equal((18.2, 40), (column.Min, column.Max));
        Assert.Equal(27.31, column.Mean!.Value, 12);
        double[] expected = [19.0055, 22.5, 27.94, 30.29, 37.7545];
        var found = column.Quantiles!;
        Assert.Equal(expected, new[] { found.P5, found.P25, found.P50, found.P75, found.P95 }.Select(value => Math.Round(value, 10)));
    }

    [Fact]
    public void Of_ValuesWithManyDecimals_GivesQuantilesWithinTheError()
    {
        var random = new SeededRandom(5, RandomPurpose.Sample);
        double[] values = [.. Enumerable.Range(0, 50_001).Select(_ => 5 + (115 * random.NextDouble()))];

        var found = Of(values.Select(bmi => Rows.Of(Negative, 40, bmi: bmi))).Columns[ColumnNames.Bmi].Quantiles!;

        Array.Sort(values);
        (double Share, double Value)[] quantiles =
            [(0.05, found.P5), (0.25, found.P25), (0.5, found.P50), (0.75, found.P75), (0.95, found.P95)];
        foreach (var (share, value) in quantiles)
        {
            Assert.InRange(values[(int)(share * 50_000)] - value, 0, 115.0 / 32_768);
        }
    }

    [Fact]
    public void Of_OneRow_HasItsValueEverywhere()
    {
        var profile = Of([Rows.Of(Diabetes, age: 61, hba1c: 25, bmi: 120, Gender.M)]);

        Assert.Equal((1, 1, 0, 0), (profile.Rows, profile.Distinct, profile.Duplicates, profile.ConflictingLabels));
        var column = profile.Columns[ColumnNames.HbA1c];
        Assert.Equal((25, 25, 25, new Quantiles(25, 25, 25, 25, 25)), (column.Min, column.Max, column.Mean, column.Quantiles));
        Assert.Equal(new Dictionary<string, int> { ["F"] = 0, ["M"] = 1 }, profile.Columns[ColumnNames.Gender].Counts);
        Assert.Null(profile.Columns[ColumnNames.Gender].Histogram);
        Assert.Null(column.Counts);
    }

    [Fact]
    public void Of_RepeatedRows_CountsThemInEveryFigureButTheDistinct()
    {
        var profile = Of([.. Enumerable.Repeat(Rows.Of(Negative, 40), 3), Rows.Of(Prediabetes, 80)]);

        Assert.Equal((4, 2, 2), (profile.Rows, profile.Distinct, profile.Duplicates));
        Assert.Equal(50, profile.Columns[ColumnNames.Age].Mean);
        Assert.Equal(40, profile.Columns[ColumnNames.Age].Quantiles!.P50);
        Assert.Equal([3, 1, 0], DiabetesClasses.All.Select(c => profile.ClassCounts[c]));
    }

    /// <summary>Three classes of the same inputs are one conflict; the same age with another BMI is none.</summary>
    [Fact]
    public void Of_EqualInputsWithSeveralClasses_CountsTheInputs()
    {
        var profile = Of(
        [
            Rows.Of(Negative, 40), Rows.Of(Prediabetes, 40), Rows.Of(Diabetes, 40), Rows.Of(Negative, 40),
            Rows.Of(Negative, 41), Rows.Of(Diabetes, 41),
            Rows.Of(Negative, 42), Rows.Of(Diabetes, 42, bmi: 26),
        ]);

        Assert.Equal(2, profile.ConflictingLabels);
        Assert.Equal(1, profile.Duplicates);
    }

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(4.4, 0)]
    [InlineData(4.5, 1)]
    [InlineData(6.4, 4)]
    [InlineData(6.5, 5)]
    [InlineData(13.9, 19)]
    [InlineData(25, 19)]
    public void Of_AValue_IsInItsBinOfTheHistogramAndOfItsClass(double hba1c, int bin)
    {
        var histogram = Of([Rows.Of(Prediabetes, 40, hba1c)]).Columns[ColumnNames.HbA1c].Histogram!;

        var expected = Enumerable.Range(0, 20).Select(i => i == bin ? 1 : 0);
        Assert.Equal(expected, histogram.Counts);
        Assert.Equal(expected, histogram.ByClass[Prediabetes]);
        Assert.All(histogram.ByClass[Negative].Concat(histogram.ByClass[Diabetes]), count => Assert.Equal(0, count));
        Assert.Equal((21, 4, 14), (histogram.Edges.Count, histogram.Edges[0], histogram.Edges[^1]));
    }

    [Fact]
    public void WithoutValues_OfAProfile_HasNoNumberOfASinglePatient()
    {
        var profile = Of([Rows.Of(Diabetes, age: 61, hba1c: 7.31, bmi: 33.4)]).WithoutValues();

        Assert.All(
            profile.Columns.Values, c => Assert.Equal((null, null, null, null), (c.Min, c.Max, c.Mean, c.Quantiles)));
        Assert.Equal(1, profile.Columns[ColumnNames.HbA1c].Histogram!.Counts.Sum());
    }

    private static DataProfile Of(IEnumerable<LabelledExample> rows)
    {
        using var sorter = new RowsSorter(() => new MemoryStream());
        foreach (var row in rows)
        {
            sorter.Add(row);
        }

        return DataProfiler.Of(sorter.Sorted(Rows.Key));
    }
}
