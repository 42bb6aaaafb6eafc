using System.Runtime.InteropServices;
using TorchSharp;

namespace ModelOps.Infrastructure.Networks;

/// <summary>
/// Loads libtorch's libraries from one folder, in the order of their dependencies. Without this, TorchSharp searches the output folder and
/// the package cache, and copies 500 MB if it does not find the libraries.
/// </summary>
internal static class TorchLibrary
{
    private const string ConfigurationKey = "ModelOps.TorchNativeDirectory";
    private static readonly Lazy<nint> Loaded = new(LoadAll);

    /// <exception cref="DllNotFoundException">A library is missing or can't be loaded. The message names the file.</exception>
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
