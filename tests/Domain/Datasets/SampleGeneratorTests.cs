using ModelOps.Domain.Data;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Tests.Datasets;

public class SampleGeneratorTests
{
    // A Python transcription of the class's description, by reference.py.
    [Fact]
    public void Generate_WhenSeedIsKnown_IsPinned()
    {
        LabelledExample[] rows = [.. SampleGenerator.Generate(3_000, seed: 5)];

        Assert.Equal(
            [
                new(new(10.72, 46, 23.08, Gender.M), DiabetesClass.Diabetes),
                new(new(5.61, 69, 24.56, Gender.F), DiabetesClass.Negative),
                new(new(7.29, 60, 25.46, Gender.F), DiabetesClass.Diabetes),
            ],
            rows[..3]);
        Assert.Equal([1_459, 429, 1_112], DiabetesClasses.All.Select(c => rows.Count(r => r.Class == c)));
        Assert.Equal(26, rows.Zip(rows[1..]).Count(pair => pair.First.Features == pair.Second.Features));
        Assert.Equal("cf7a87277ddb63b87b403e9ffb4811617f5656d76a276006095d32cf42ca9e30", CanonicalRow.Fingerprint(rows));
    }

    [Fact]
    public void Generate_WhenFewerRowsAreWanted_IsTheBeginningOfTheSameSample() =>
        Assert.Equal(SampleGenerator.Generate(3_000, seed: 5).Take(500), SampleGenerator.Generate(500, seed: 5));

    [Fact]
    public void Generate_WhenSeedsDiffer_Differs() =>
        Assert.NotEqual(SampleGenerator.Generate(10, seed: 5), SampleGenerator.Generate(10, seed: 6));

    [Fact]
    public void Generate_OfAnySample_HoldsValuesThatADataFileMayHave()
    {
        var inputs = FeatureSchema.Current.Inputs.Where(c => c.Kind == ColumnKind.Number).ToArray();

        Assert.All(SampleGenerator.Generate(1_000, seed: 1), row =>
        {
            var values = new double[PatientFeatures.Count];
            row.Features.CopyTo(values);
            Assert.All(inputs.Zip(values), input => Assert.Null(input.First.ProblemOf(input.Second)));
        });
    }

    [Fact]
    public void Generate_WhenRowsAreAtTheLimit_IsAllowedAndOneMoreIsNot()
    {
        Assert.Equal(2, SampleGenerator.Generate(SampleGenerator.MaxRows, seed: 1).Take(2).Count());
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleGenerator.Generate(SampleGenerator.MaxRows + 1, seed: 1).First());
    }
}
