using System.Diagnostics;

namespace ModelOps.Infrastructure.Tests.Artifacts;

/// <summary>A file system of 256 KB, which only root can mount.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TempFolder _folder;

    private SmallDisk(TempFolder folder) => _folder = folder;

    public string Path => _folder.Path;

    /// <summary>Null where this process may not mount.</summary>
    public static SmallDisk? TryMount()
    {
        var folder = new TempFolder();
        if (OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder.Path))
        {
            return new SmallDisk(folder);
        }

        folder.Dispose();
        return null;
    }

    /// <summary>Leaves no room at all; deleting the file that this returns makes room again.</summary>
    public string Fill()
    {
        var path = System.IO.Path.Combine(Path, "ballast");
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                file.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
            return path;
        }
    }

    public void Dispose()
    {
        Run("umount", Path);
        _folder.Dispose();
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
