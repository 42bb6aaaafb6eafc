using CsvHelper;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Csv;

/// <summary>Writes the synthetic sample data as a CSV file that the service accepts.</summary>
public static class SampleCsv
{
    /// <summary>Writes <paramref name="rows"/> rows of <see cref="SampleGenerator"/> in UTF-8 with LF line ends.</summary>
    public static void Write(Stream destination, int rows, int seed)
    {
        using var writer = CsvWriter.Create(destination, new CsvWriterOptions { NewLine = "\n" }, true);
        var schema = FeatureSchema.Current;
        foreach (var column in schema.Columns)
        {
            writer.WriteField(column.Name);
        }

        writer.EndRecord();
        var values = new double[schema.Inputs.Count];
        foreach (var row in SampleGenerator.Generate(rows, seed))
        {
            row.Features.CopyTo(values);
            for (var i = 0; i < values.Length; i++)
            {
                if (schema.Inputs[i].Kind == ColumnKind.Number)
                {
                    writer.WriteField(values[i]);
                }
                else
                {
                    writer.WriteField(schema.Inputs[i].Codes[(int)values[i]]);
                }
            }

            writer.WriteField(row.Class.ToString());
            writer.EndRecord();
        }
    }
}
