using System.Security.Cryptography;

namespace ModelOps.Infrastructure.Files;

/// <summary>
/// Keeps room on the data directory's disk for small writes: deletions, labels, activations, sign-ins. Large files (uploads, imported
/// records) are refused before they take the last of it. Where something else fills the disk, a file that holds room is given up; it is
/// made again when there is room. Thread-safe; several processes may share the directory.
/// </summary>
internal sealed class StorageReserve(string root)
{
    /// <summary>The largest size of the file; on a small disk it is one sixteenth of the disk.</summary>
    private const long MaxBytes = 8 << 20;

    private readonly string _path = Path.Combine(root, "reserve");

    /// <summary>Makes the file if there is more than twice its size of room.</summary>
    public void TopUp()
    {
        if (Space() is var (free, size) && free > 2 * size && !File.Exists(_path))
        {
            // Random bytes: file systems store zeros without taking room.
            var content = new byte[size];
            RandomNumberGenerator.Fill(content);
            Ignoring(() => DurableFiles.Replace(_path, content));
        }
    }

    /// <summary>Call it before a small write: gives the file up if there is hardly any room left.</summary>
    public void MakeRoom()
    {
        if (Space() is var (free, size) && free < Margin(size))
        {
            Ignoring(() => File.Delete(_path));
        }
    }

    /// <summary>Call it before a piece of a large file is written: what small writes need stays free.</summary>
    /// <param name="bytes">The size of the whole file, where it is known.</param>
    /// <exception cref="Domain.RefusalException"><c>insufficient_storage</c></exception>
    public void RequireRoom(long bytes = 0)
    {
        if (Space() is var (free, size) && free < bytes + (2 * Margin(size)) + (File.Exists(_path) ? 0 : size))
        {
            throw Domain.StorageRefusals.Full();
        }
    }

    /// <summary>Ignores that the disk is full or read-only. The reserve is tried again later, and the small write says why it fails.</summary>
    private static void Ignoring(Action change)
    {
        try
        {
            change();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static long Margin(long size) => size / 4;

    /// <summary>Free bytes and the size of the reserve; null where the system doesn't say.</summary>
    private (long Free, long Size)? Space()
    {
        try
        {
            var drive = new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(root)! : root);
            return (drive.AvailableFreeSpace, Math.Min(MaxBytes, drive.TotalSize / 16));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
