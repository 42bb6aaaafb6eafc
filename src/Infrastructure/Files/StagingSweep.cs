using System.Globalization;
using ModelOps.Application.Training;

namespace ModelOps.Infrastructure.Files;

/// <summary>
/// Removes from the staging folder what its owner, killed in the middle of something, left there. Living processes work in the same
/// folder: a file goes only when it hasn't changed for a while and nobody holds it open.
/// </summary>
internal sealed class StagingSweep(DataDirectory directory, Timing timing, TimeProvider time)
{
    /// <summary>Begins the names of folders that are on their way out; anybody may finish them.</summary>
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

    /// <summary>The system lets go of a file with the process that held it.</summary>
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

    /// <summary>Several processes sweep; each leftover is removed by one of them.</summary>
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
