using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;

namespace ModelOps.Infrastructure.Files;

/// <summary>
/// Prepares the data directory so that other users of the machine can't read it: patients' rows and password hashes are in it. New files
/// get the right modes by the process's file mode creation mask, which the trainer process inherits. Modes of existing files are corrected
/// at the start. Windows has no modes; there the directory's access control list applies.
/// </summary>
internal sealed partial class DataDirectoryAccess(
    InfrastructureSettings settings, DataDirectory directory, ILogger<DataDirectoryAccess> logger)
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Group = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;
    private const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        IgnoreInaccessible = true,

        // A link's target may lie outside of the directory and belong to somebody else.
        AttributesToSkip = FileAttributes.ReparsePoint,
    };

    /// <exception cref="StartupException">The directory can't be created.</exception>
    public void Prepare()
    {
        if (OperatingSystem.IsWindows())
        {
            directory.Create();
            return;
        }

        var allowed = settings.LocalAccess == LocalAccess.Group ? Owner | Group : Owner;
        _ = SetMask(0x1FF & ~(uint)allowed);
        directory.Create();
        if (Tighten(allowed) is > 0 and var count)
        {
            LogReadable(count);
        }
    }

    /// <returns>How many files and folders still allow more than they should.</returns>
    [UnsupportedOSPlatform("windows")]
    private int Tighten(UnixFileMode allowed)
    {
        var left = 0;
        foreach (var folder in directory.Folders.Select(path => new DirectoryInfo(path)))
        {
            // The other folders are found below the root, unless the operator made a link of one.
            if (folder.FullName != directory.Root && folder.LinkTarget is null)
            {
                continue;
            }

            left += Tighten(folder, allowed) ? 0 : 1;
            left += folder.EnumerateFileSystemInfos("*", Everything).Count(entry => !Tighten(entry, allowed));
        }

        return left;
    }

    /// <returns>Whether nobody else has access. A mount may refuse to change modes, or ignore it.</returns>
    [UnsupportedOSPlatform("windows")]
    private static bool Tighten(FileSystemInfo entry, UnixFileMode allowed)
    {
        // A folder needs the right to execute, a file doesn't.
        var wanted = entry is DirectoryInfo ? allowed : allowed & ~Execute;
        try
        {
            if ((entry.UnixFileMode & ~wanted) == 0)
            {
                return true;
            }

            File.SetUnixFileMode(entry.FullName, entry.UnixFileMode & wanted);
            return (File.GetUnixFileMode(entry.FullName) & ~wanted) == 0;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            // Another process removed it meanwhile.
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "Other users of this machine may read {Count} files or folders of the data directory, and their modes can't be changed; "
        + "mount it with modes 0700 and 0600, or let one user own it")]
    private partial void LogReadable(int count);

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint SetMask(uint mask);
}
