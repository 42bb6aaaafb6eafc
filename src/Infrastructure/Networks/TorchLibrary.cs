using System.Runtime.InteropServices;
using TorchSharp;

namespace ModelOps.Infrastructure.Networks;

/// <summary>
/// Loads libtorch from the one folder that holds it, in the order of dependence. Left alone, TorchSharp would search the output
/// folder and the package cache, and copy half a gigabyte when it doesn't find what it looks for.
/// </summary>
internal static class TorchLibrary
{
    private const string ConfigurationKey = "ModelOps.TorchNativeDirectory";
    private static readonly Lazy<nint> Loaded = new(LoadAll);

    /// <exception cref="DllNotFoundException">Names the file that is missing or can't be loaded.</exception>
    public static void Load()
    {
        _ = Loaded.Value;
        torch.set_num_threads(1);
    }

    private static nint LoadAll()
    {
        var folder = FindFolder();
        nint last = 0;
        foreach (var name in (string[])["c10", "torch_cpu", "torch", "LibTorchSharp"])
        {
            last = NativeLibrary.Load(Path.Combine(folder, FileName(name)));
        }

        var library = last;
        NativeLibrary.SetDllImportResolver(
            typeof(torch).Assembly,
            (name, _, _) => name == "LibTorchSharp" ? library : 0);
        return library;
    }

    private static string FindFolder()
    {
        var published = Path.Combine(AppContext.BaseDirectory, "native");
        return Directory.Exists(published)
            ? published
            : AppContext.GetData(ConfigurationKey) as string
                ?? throw new DllNotFoundException("The folder of libtorch is not configured; build with the repository's own build files.");
    }

    private static string FileName(string name) =>
        OperatingSystem.IsWindows() ? $"{name}.dll"
        : OperatingSystem.IsMacOS() ? $"lib{name}.dylib"
        : $"lib{name}.so";
}
