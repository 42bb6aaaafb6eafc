namespace ModelOps.Architecture.Tests;

public sealed class SourceTests
{
    private const int MaxLineLength = 140;

    [Fact]
    public void Lines_OfCSharp_AreNoLongerThan140Characters()
    {
        var root = RepositoryRoot();
        var files = new[] { "src", "tests", "build" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj" or "Migrations"))
            .ToArray();

        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(file => File.ReadLines(Path.Combine(root, file))
            .Select((line, index) => (Place: $"{file}:{index + 1}", line.Length))
            .Where(line => line.Length > MaxLineLength)
            .Select(line => $"{line.Place} has {line.Length} characters")));
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ModelOps.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests don't run inside the repository.");
        }

        return folder.FullName;
    }
}
