using System.Globalization;

namespace ModelOps.TestSupport;

public sealed partial class ServiceProcess
{
    /// <summary>The trainer process that works for this service; null when there is none. Looks into /proc, so Linux only.</summary>
    public int? FindTrainer() => Directory.GetDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0 && ParentOf(id) == Id && IsTrainer(id))
        .Select(id => (int?)id)
        .FirstOrDefault();

    private static int ParentOf(int process) => Read(process, "stat") is { } stat
        ? int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture)
        : 0;

    private static bool IsTrainer(int process) => Read(process, "cmdline")?.Contains("\0train\0", StringComparison.Ordinal) == true;

    private static string? Read(int process, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/{file}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile.
            return null;
        }
    }
}
