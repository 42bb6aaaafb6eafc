using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Tests.Trainer;
using TorchSharp;

namespace ModelOps.Infrastructure.Tests.Networks;

[Collection(TorchCollection.Name)]
public sealed class TorchLibraryTests
{
    private static string Folder => Assert.IsType<string>(AppContext.GetData("ModelOps.TorchNativeDirectory"));

    [Fact]
    public void Load_WithTheConfiguredFolder_FindsEveryLibraryThere()
    {
        TorchLibrary.Load();

        Assert.Equal(1, torch.get_num_threads());
        foreach (var name in (string[])["c10", "torch_cpu", "torch", "LibTorchSharp"])
        {
            Assert.NotEmpty(Directory.GetFiles(Folder, $"*{name}.*"));
        }
    }

    /// <summary>The build sets one flag of one needed symbol version; see build/WeakenSymbolVersion.cs.</summary>
    [LinuxFact("The library is altered on Linux alone.")]
    public void Build_OnLinux_ChangesExactlyTheWeakFlag()
    {
        const string Name = "libLibTorchSharp.so";
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } configured
            ? configured
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var version = typeof(torch).Assembly.GetName().Version!.ToString(3);
        var platform = Path.GetFileName(Path.TrimEndingDirectorySeparator(Folder));
        var original = File.ReadAllBytes(Path.Combine(packages, "torchsharp", version, "runtimes", platform, "native", Name));
        var patched = File.ReadAllBytes(Path.Combine(Folder, Name));

        Assert.Equal(original.Length, patched.Length);
        var changed = Assert.Single(Enumerable.Range(0, original.Length), i => original[i] != patched[i]);
        Assert.Equal(original[changed] | 2, patched[changed]);
    }
}
