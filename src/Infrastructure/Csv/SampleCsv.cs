using ModelOps.Domain.Datasets;

namespace ModelOps.Infrastructure.Csv;

/// <summary>Writes the synthetic sample data as a CSV file that the service accepts.</summary>
public static class SampleCsv
{
    /// <summary>Writes <paramref name="rows"/> rows of <see cref="SampleGenerator"/>.</summary>
    public static void Write(Stream destination, int rows, int seed) =>
        CanonicalCsv.Write(destination, SampleGenerator.Generate(rows, seed));
}
