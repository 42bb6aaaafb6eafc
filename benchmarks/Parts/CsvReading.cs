using BenchmarkDotNet.Attributes;
using CsvHelper;
using ModelOps.Application.Abstractions;
using ModelOps.Infrastructure.Csv;

namespace ModelOps.Parts.Benchmark;

/// <summary>A row of a clinical file, beside a bare CsvHelper pass that takes each of its fields as a string.</summary>
public class CsvReading
{
    private const int Rows = 10_000;

    private byte[] _file = [];

    [GlobalSetup]
    public void Write()
    {
        using var file = new MemoryStream();
        SampleCsv.Write(file, Rows, seed: 1);
        _file = file.ToArray();
    }

    [Benchmark(OperationsPerInvoke = Rows)]
    public int Clinical()
    {
        var rows = 0;
        using var file = new MemoryStream(_file);
        new ClinicalCsvReader().Read(file, CsvOptions.Default, _ => rows++, CancellationToken.None);
        return rows;
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Rows)]
    public int Bare()
    {
        var characters = 0;
        using var text = new StreamReader(new MemoryStream(_file));
        using var reader = CsvReader.Create(text, new CsvReaderOptions { Separator = ',' }, false);
        while (reader.Read())
        {
            for (var field = 0; field < reader.FieldCount; field++)
            {
                characters += reader.GetString(field).Length;
            }
        }

        return characters;
    }
}
