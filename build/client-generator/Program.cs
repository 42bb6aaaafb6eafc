using ModelOps.Build;

if (args is not [var root])
{
    Console.Error.WriteLine("Usage: build/clients.sh");
    return 2;
}

foreach (var (file, text) in await ClientGenerator.FilesAsync(await File.ReadAllTextAsync(Path.Combine(root, "docs", "openapi.json"))))
{
    var path = Path.Combine(root, file);
    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    await File.WriteAllTextAsync(path, text);
    Console.WriteLine($"{file}: {text.Count(c => c == '\n')} lines");
}

return 0;
