using CsvHelper;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Csv;

/// <summary>The made-up sample as a CSV that the service accepts.</summary>
public static class SampleCsv
{
    /// <summary>Writes <paramref name="rows"/> rows of <see cref="SampleGenerator"/>, UTF-8, LF.</summary>
    public static void Write(Stream destination, int rows, int seed)
    {
        using var writer = CsvWriter.Create(destination, new CsvWriterOptions { NewLine = "\n" }, true);
        foreach (var name in (string[])[.. PatientFeatures.Names, PatientFeatures.ClassName])
        {
            writer.WriteField(name);
        }

        writer.EndRecord();
        foreach (var row in SampleGenerator.Generate(rows, seed))
        {
            writer.WriteField(row.Features.HbA1c);
            writer.WriteField(row.Features.Age);
            writer.WriteField(row.Features.Bmi);
            writer.WriteField(row.Features.Gender.ToString());
            writer.WriteField(row.Class.ToString());
            writer.EndRecord();
        }
    }
}
