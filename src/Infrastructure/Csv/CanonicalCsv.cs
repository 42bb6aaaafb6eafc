using CsvHelper;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Features;
using ModelOps.Infrastructure.Files;

namespace ModelOps.Infrastructure.Csv;

/// <summary>
/// Writes rows as a CSV file that the service reads back equal: UTF-8, LF line ends, the schema's columns in its order. A field is a number
/// or one of the schema's words, so no spreadsheet takes it for a formula.
/// </summary>
internal sealed class CanonicalCsv(RowsFiles files) : IClinicalCsvWriter
{
    public Stream Write(IRows rows, CancellationToken cancellationToken) => DurableFiles.Guard(() =>
    {
        // The file is complete before it is sent, so that a slow client keeps no turn.
        var file = files.NewRun();
        try
        {
            Write(file, rows.Read().SelectMany(row => Enumerable.Repeat(row.Row, row.Count)).Select((row, i) =>
            {
                if ((i & 4095) == 0)
                {
                    files.RequireRoom();
                    cancellationToken.ThrowIfCancellationRequested();
                }

                return row;
            }));
            file.Position = 0;
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    });

    public static void Write(Stream destination, IEnumerable<LabelledExample> rows)
    {
        using var writer = CsvWriter.Create(destination, new CsvWriterOptions { NewLine = "\n" }, true);
        var schema = FeatureSchema.Current;
        foreach (var column in schema.Columns)
        {
            writer.WriteField(column.Name);
        }

        writer.EndRecord();
        var values = new double[schema.Inputs.Count];
        foreach (var row in rows)
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

            writer.WriteField(schema.Label.Codes[(int)row.Class]);
            writer.EndRecord();
        }
    }
}
