using System.Runtime.InteropServices;
using ModelOps.Application.Failures;
using ModelOps.Domain;

namespace ModelOps.Infrastructure.Files;

/// <summary>
/// Durable writes: the content is on disk (fsync) when a method returns. No file is overwritten in place. The new content is flushed
/// under a temporary name and then renamed atomically, so that after a crash a reader finds either the old or the new content.
/// </summary>
internal static partial class DurableFiles
{
    /// <summary>Replaces a file's content atomically.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            WriteNew(temporary, content);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        FlushFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Creates a new file and flushes it to disk. The file must not exist.</summary>
    public static void WriteNew(string path, ReadOnlySpan<byte> content)
    {
        using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>
    /// Creates a hard link to a file that never changes, or a copy where hard links are not supported.
    /// Both paths must be on the same file system. The caller flushes the folder if the new name must survive a power failure.
    /// </summary>
    public static void LinkOrCopy(string existing, string path)
    {
        // The target is deleted and not overwritten, because it may be a hard link to content that is used elsewhere.
        File.Delete(path);
        if (OperatingSystem.IsWindows() || Link(existing, path) != 0)
        {
            Copy(existing, path);
        }
    }

    /// <summary>Copies a file and flushes the copy to disk.</summary>
    public static void Copy(string existing, string path)
    {
        using var source = new FileStream(existing, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        using var copy = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        source.CopyTo(copy);
        copy.Flush(flushToDisk: true);
    }

    /// <summary>
    /// Calls fsync on a folder, so that new names and renames in it are durable. .NET has no method for this. Windows does not need it.
    /// </summary>
    public static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(path, 0);
        if (descriptor < 0)
        {
            throw new IOException("A folder could not be opened to flush it.", Marshal.GetLastPInvokeError());
        }

        try
        {
            if (FSync(descriptor) != 0)
            {
                throw new IOException("A folder could not be flushed.", Marshal.GetLastPInvokeError());
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Whether a write failed because the disk or a quota is full.</summary>
    public static bool IsDiskFull(IOException exception) => FailureClassifier.Classify(exception) == FailureKind.InsufficientStorage;

    /// <summary>Runs a write and throws a refusal with the product's error code when the disk or a quota is full.</summary>
    public static T Guard<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (IOException exception) when (IsDiskFull(exception))
        {
            throw StorageRefusals.Full(exception);
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string path);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
