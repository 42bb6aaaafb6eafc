using ModelOps.Build;

namespace ModelOps.Architecture.Tests;

/// <summary>The clients know the operations and types of docs/openapi.json.</summary>
public sealed class ClientTests
{
    [Fact]
    public async Task GeneratedFiles_AreThoseOfTheDocument()
    {
        var root = SourceTests.RepositoryRoot();

        var files = await ClientGenerator.FilesAsync(await File.ReadAllTextAsync(Path.Combine(root, "docs", "openapi.json")));

        Assert.Equal(2, files.Count);
        foreach (var (path, text) in files)
        {
            var kept = await File.ReadAllTextAsync(Path.Combine(root, path));
            Assert.True(text == kept.ReplaceLineEndings("\n"), $"{path} isn't what docs/openapi.json gives. Run build/clients.sh.");
        }
    }
}
