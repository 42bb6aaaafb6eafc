using System.Globalization;
using ModelOps.Application.Training;

namespace ModelOps.Infrastructure.Files;

/// <summary>
/// Deletes from the staging folder the files that killed processes left there. Running processes use the same folder, so a file is
/// deleted only when it has not changed for <see cref="Timing.Settled"/> and no process holds a lock on it.
/// </summary>
internal sealed class StagingSweep(DataDirectory directory, Timing timing, TimeProvider time)
{
    /// <summary>The prefix of the names of folders that are being deleted. Any process may complete the deletion.</summary>
    public const string Deleted = ".deleted-";

    private readonly Unchanged _unchanged = new(time);

    public void Run(bool onlyProcess)
    {
        var staging = new DirectoryInfo(directory.Staging);
        foreach (var folder in staging.EnumerateDirectories()
            .Where(folder => onlyProcess || folder.Name.StartsWith(Deleted, StringComparison.Ordinal)))
        {
            Ignoring(() => folder.Delete(recursive: true));
        }

        var files = staging.EnumerateFiles().ToList();
        var idle = _unchanged.For(timing.Settled, files.Select(StateOf).OfType<(string, string)>()).ToHashSet(StringComparer.Ordinal);
        foreach (var file in files.Where(file => onlyProcess || (idle.Contains(file.Name) && IsAbandoned(file))))
        {
            Ignoring(file.Delete);
        }
    }

    private static (string, string)? StateOf(FileInfo file)
    {
        try
        {
            return (file.Name, string.Create(CultureInfo.InvariantCulture, $"{file.Length} {file.LastWriteTimeUtc.Ticks}"));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Whether no process holds the file open. The operating system releases a file's lock when its process ends.</summary>
    private static bool IsAbandoned(FileInfo file)
    {
        try
        {
            using var held = new FileStream(file.FullName, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Ignores that another process's sweep has deleted the same entry first.</summary>
    private static void Ignoring(Action remove)
    {
        try
        {
            remove();
        }
        catch (DirectoryNotFoundException)
        {
        }
    }
}
