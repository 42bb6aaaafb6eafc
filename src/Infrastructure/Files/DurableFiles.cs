using System.Runtime.InteropServices;
using ModelOps.Application.Failures;
using ModelOps.Application.Predictions;
using ModelOps.Domain;

namespace ModelOps.Infrastructure.Files;

/// <summary>
/// Writes that are on disk when they return. Files are never overwritten in place: the new content is flushed under another name
/// and renamed, so a reader, and a crash, meet the old file or the new one.
/// </summary>
internal static partial class DurableFiles
{
    /// <summary>Replaces a file's content in one step.</summary>
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

    /// <summary>Writes a file that isn't there yet, flushed to the disk.</summary>
    public static void WriteNew(string path, ReadOnlySpan<byte> content)
    {
        using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>
    /// Gives a file that never changes a second name, without copying where the file system can. The file system of both names is the same.
    /// The caller flushes the folder where the new name must outlive a power cut.
    /// </summary>
    public static void LinkOrCopy(string existing, string path)
    {
        // Never written in place: the old name may be a link to content that others use.
        File.Delete(path);
        if (OperatingSystem.IsWindows() || Link(existing, path) != 0)
        {
            Copy(existing, path);
        }
    }

    /// <summary>Copies a file; the copy is flushed to the disk.</summary>
    public static void Copy(string existing, string path)
    {
        using var source = new FileStream(existing, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        using var copy = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        source.CopyTo(copy);
        copy.Flush(flushToDisk: true);
    }

    /// <summary>Makes renames and new names of a folder durable. .NET has no call for it; Windows needs none.</summary>
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

    /// <summary>Runs a write and says "full" in the product's own words.</summary>
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
