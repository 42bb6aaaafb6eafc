using ModelOps.Infrastructure.Training;

namespace ModelOps.Infrastructure.Tests.Training;

/// <summary>Finds processes through /proc.</summary>
internal static class Processes
{
    /// <summary>The id of the trainer process that works in a folder.</summary>
    public static int TrainerOf(string folder) => Directory.GetDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), out var id) ? id : 0)
        .Single(id => id > 0 && CommandLine(id).Contains($"\0{TrainerProtocol.Command}\0{folder}\0", StringComparison.Ordinal));

    private static string CommandLine(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile.
            return "";
        }
    }
}
