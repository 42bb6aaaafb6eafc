using System.Globalization;
using CsvHelper;

// A bare CsvHelper pass over a file: every field of every row as a string, nothing else. benchmarks/upload.py compares an upload with it.
// usage: dotnet run -c Release --project benchmarks/CsvPass -- FILE ROUNDS
// Prints the processor seconds of each round, so that other programs on the machine disturb little. The first one includes the
// compiler's work.
if (args is not [var file, var rounds])
{
    Console.Error.WriteLine("usage: FILE ROUNDS");
    return 2;
}

for (var round = 0; round < int.Parse(rounds, CultureInfo.InvariantCulture); round++)
{
    var before = Environment.CpuUsage.TotalTime;
    using var text = new StreamReader(file);
    using var reader = CsvReader.Create(text, new CsvReaderOptions { Separator = ',' }, false);
    var characters = 0L;
    while (reader.Read())
    {
        for (var field = 0; field < reader.FieldCount; field++)
        {
            characters += reader.GetString(field).Length;
        }
    }

    Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(Environment.CpuUsage.TotalTime - before).TotalSeconds:F3}"));
    if (characters == 0)
    {
        return 1;
    }
}

return 0;
