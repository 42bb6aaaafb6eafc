namespace ModelOps.Infrastructure.Files;

/// <summary>
/// An exclusive file lock that keeps other processes from using an embedded data directory.
/// The operating system releases the lock when the process ends, even after a crash.
/// </summary>
internal sealed class DataDirectoryLock(DataDirectory directory) : IDisposable
{
    private FileStream? _file;

    /// <exception cref="StartupException">Another process holds the lock on the directory.</exception>
    public void Acquire()
    {
        try
        {
            _file ??= new FileStream(directory.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new StartupException(
                "Another ModelOps process uses this data directory. Stop it first, give this one a ModelOps__DataDirectory of its own, "
                + "or run both on PostgreSQL (ConnectionStrings__ModelOps).",
                exception);
        }
    }

    public void Dispose() => _file?.Dispose();
}
