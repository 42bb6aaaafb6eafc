using System.Globalization;

namespace ModelOps.TestSupport;

/// <summary>
/// What a thread has cost. A limit on it says how fast the code is, whatever else the machine does; a limit on the time of day says it only
/// on a machine that is otherwise idle.
/// </summary>
public static class ProcessorTime
{
    /// <summary>Processor time of the calling thread since it began; on other systems than Linux that of the process.</summary>
    public static TimeSpan OfThisThread => OperatingSystem.IsLinux()
        ? TimeSpan.FromMicroseconds(long.Parse(
            File.ReadAllText("/proc/thread-self/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1_000)
        : Environment.CpuUsage.TotalTime;
}
