using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ModelOps.Infrastructure.Files;

/// <summary>
/// An exclusive lock that keeps other processes from using an embedded data directory. The operating system releases the lock when the
/// process ends, even after a crash.
/// </summary>
/// <remarks>
/// On Unix, the directory itself is locked (<c>flock</c>), because a lock on a file ends where somebody removes that file: the next process
/// makes another one and locks it. The lock file excludes processes of earlier builds, and other processes on Windows, where an open file
/// can't be removed. A file system that doesn't lock directories has the lock file alone.
/// </remarks>
internal sealed partial class DataDirectoryLock(DataDirectory directory) : IDisposable
{
    private const int ExclusiveWithoutWaiting = 2 | 4;

    private SafeFileHandle? _root;
    private FileStream? _file;

    /// <exception cref="StartupException">Another process holds the lock, or the directory can't be written to.</exception>
    public void Acquire()
    {
        if (_file is not null)
        {
            return;
        }

        try
        {
            _file = new FileStream(directory.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            LockRoot();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw IsHeldByAnother(exception)
                ? new StartupException(
                    "Another ModelOps process uses this data directory. Stop it first, give this one a ModelOps__DataDirectory of its own, "
                    + "or run both on PostgreSQL (ConnectionStrings__ModelOps).",
                    exception)
                : DataDirectory.NotWritable(exception);
        }
    }

    public void Dispose()
    {
        _root?.Dispose();
        _file?.Dispose();
        (_root, _file) = (null, null);
    }

    private void LockRoot()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // The trainer process must not inherit the descriptor, because its copy would hold the lock after this process has ended.
        var closeOnExecution = OperatingSystem.IsMacOS() ? 0x100_0000 : 0x8_0000;
        var descriptor = Open(directory.Root, closeOnExecution);
        if (descriptor < 0)
        {
            throw Failure();
        }

        _root = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Lock(descriptor, ExclusiveWithoutWaiting) != 0 && Failure() is var failure && IsHeldByAnother(failure))
        {
            throw failure;
        }
    }

    private static IOException Failure()
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException(Marshal.GetPInvokeErrorMessage(error), error);
    }

    /// <summary>EWOULDBLOCK on Unix, ERROR_SHARING_VIOLATION on Windows.</summary>
    private static bool IsHeldByAnother(Exception exception) =>
        exception.HResult == (OperatingSystem.IsWindows() ? unchecked((int)0x8007_0020) : OperatingSystem.IsMacOS() ? 35 : 11);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(int descriptor, int operation);
}
