using ModelOps.Application.Abstractions;
using ModelOps.Domain.Features;
using ModelOps.Infrastructure.Csv;

namespace ModelOps.Infrastructure.Tests.Csv;

public sealed class SampleCsvTests
{
    [Fact]
    public void Write_WithTheSameSeed_GivesTheSameBytes()
    {
        var one = Write(500, 1);

        Assert.Equal(one, Write(500, 1));
        Assert.NotEqual(one, Write(500, 2));
        Assert.True(one.AsSpan().StartsWith("HbA1c,AGE,BMI,Gender,CLASS\n"u8));
        Assert.DoesNotContain((byte)'\r', one);
    }

    [Fact]
    public void Write_OfManyRows_MakesAFileThatTheServiceTakesWhole()
    {
        var rows = new List<LabelledExample>();

        var strict = new CsvOptions(Strict: true, new HashSet<string>());
        var report = new ClinicalCsvReader().Read(new MemoryStream(Write(100_000, 7)), strict, row => rows.Add(row.Example), default);

        Assert.Equal((100_000, 0), (report.Rows, report.Rejected));

        // One row in a hundred repeats another: seven of ten with its diagnosis; a few more coincide by chance.
        Assert.InRange(rows.Count - rows.Distinct().Count(), 500, 1_500);
        var conflicts = rows.Distinct().GroupBy(r => r.Features).Count(g => g.Count() > 1);
        Assert.InRange(conflicts, 200, 900);
        Assert.InRange(report.ClassCounts[DiabetesClass.Prediabetes], 5_000, 15_000);
        Assert.InRange(report.ClassCounts[DiabetesClass.Negative], 45_000, 60_000);
    }

    [Fact]
    public void Write_InACultureWithDecimalComma_WritesPoints()
    {
        var before = Thread.CurrentThread.CurrentCulture;
        var expected = Write(50, 3);
        Thread.CurrentThread.CurrentCulture = new System.Globalization.CultureInfo("de-DE");
        try
        {
            Assert.Equal(expected, Write(50, 3));
        }
        finally
        {
            Thread.CurrentThread.CurrentCulture = before;
        }
    }

    private static byte[] Write(int rows, int seed)
    {
        using var content = new MemoryStream();
        SampleCsv.Write(content, rows, seed);
        return content.ToArray();
    }
}
