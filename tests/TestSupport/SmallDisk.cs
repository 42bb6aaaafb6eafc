using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace ModelOps.TestSupport;

/// <summary>A small file system of its own, which only root can mount.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly DirectoryInfo _folder;

    private SmallDisk(DirectoryInfo folder) => _folder = folder;

    public string Path => _folder.FullName;

    /// <summary>Null where this process may not mount.</summary>
    public static SmallDisk? TryMount(int kilobytes = 256)
    {
        var folder = Directory.CreateTempSubdirectory("modelops-disk-");
        var size = kilobytes.ToString(CultureInfo.InvariantCulture);
        if (OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={size}k", "tmpfs", folder.FullName))
        {
            return new SmallDisk(folder);
        }

        folder.Delete();
        return null;
    }

    /// <summary>Leaves no room at all, or about this many bytes; deleting the file that this returns makes room again.</summary>
    public string Fill(long leave = 0)
    {
        var path = System.IO.Path.Combine(Path, "ballast");
        var drive = new DriveInfo(Path);
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (leave == 0 || drive.AvailableFreeSpace > leave)
            {
                file.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
            // Nothing is left.
        }

        return path;
    }

    /// <summary>Makes a folder read-only, also for root, until disposed. Null where this process may not.</summary>
    public static IDisposable? TryProtect(string folder)
    {
        if (!OperatingSystem.IsLinux() || !Run("mount", "--bind", folder, folder))
        {
            return null;
        }

        var mount = new Mount(folder);
        if (Run("mount", "-o", "remount,ro,bind", folder))
        {
            return mount;
        }

        mount.Dispose();
        return null;
    }

    public void Dispose()
    {
        // Lazily: a process that is just ending may hold a file still.
        Run("umount", "--lazy", Path);
        _folder.Delete(recursive: true);
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
        catch (Win32Exception)
        {
            return false;
        }
    }

    private sealed class Mount(string folder) : IDisposable
    {
        public void Dispose() => Run("umount", "--lazy", folder);
    }
}
