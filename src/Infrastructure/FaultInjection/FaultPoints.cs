using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelOps.Infrastructure.FaultInjection;

/// <summary>
/// Named fault points, at which a fault test kills, breaks or pauses this process. The faults come only from environment variables, which
/// are read once at process start, and only if the environment's name is <see cref="EnvironmentName"/>. No request, file or command line
/// can inject a fault. Otherwise a hit tests a constant, and the JIT compiler removes the branch. See docs/decisions.
/// </summary>
internal static partial class FaultPoints
{
    public const string EnvironmentName = "FaultTesting";

    /// <summary>The environment variable with the rules <c>POINT[/SUBJECT]=ACTION</c>, separated by semicolons.</summary>
    public const string PointsVariable = "MODELOPS_FAULT_POINTS";

    /// <summary>The environment variable with the folder for the marker files of paused fault points.</summary>
    public const string FolderVariable = "MODELOPS_FAULT_FOLDER";

    /// <summary>The environment variable with the offset of this process's clock, such as <c>-01:00:00</c>.</summary>
    public const string ClockVariable = "MODELOPS_FAULT_CLOCK";

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    private static readonly bool On = IsTestEnvironment() && IsSet(PointsVariable);
    private static readonly FaultRule[] Rules = On ? FaultRule.ReadAll(Read(PointsVariable)!) : [];

    /// <summary>The system clock, or a clock with an offset in a fault test.</summary>
    public static TimeProvider Clock { get; } = IsTestEnvironment() && Read(ClockVariable) is { Length: > 0 } offset
        ? new MovedClock(TimeSpan.Parse(offset, CultureInfo.InvariantCulture))
        : TimeProvider.System;

    /// <summary>Refuses the start if faults are configured outside the fault test environment.</summary>
    /// <exception cref="StartupException">Faults are configured outside a fault test, or the rules are invalid.</exception>
    public static void EnsureAllowed()
    {
        if (!IsTestEnvironment() && (IsSet(PointsVariable) || IsSet(ClockVariable)))
        {
            throw new StartupException(
                $"{PointsVariable} or {ClockVariable} is set, which breaks the service on purpose. Remove it; only tests of faults set it.");
        }
    }

    /// <param name="subject">Selects one of many hits of a point, for example an epoch or a seed.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Hit(string point, long subject = 0)
    {
        if (On)
        {
            Act(point, subject);
        }
    }

    private static void Act(string point, long subject)
    {
        if (Array.Find(Rules, rule => rule.Point == point && (rule.Subject ?? subject) == subject) is not { } rule)
        {
            return;
        }

        switch (rule.Action)
        {
            case FaultAction.Kill:
                Process.GetCurrentProcess().Kill();
                Hold(() => false);
                break;
            case FaultAction.Abort:
                Abort();
                break;
            case FaultAction.Throw:
                throw new InvalidOperationException($"The fault point {point} was told to throw.");
            case FaultAction.Pause:
                Pause(Path.Combine(Read(FolderVariable)!, point));
                break;
            case FaultAction.Memory:
                TakeMemory();
                break;
        }
    }

    private static void Pause(string path)
    {
#pragma warning disable RS0030 // An empty marker file for fault tests. It has no content that needs a durable write.
        File.WriteAllText($"{path}.reached", "");
#pragma warning restore RS0030
        Hold(() => File.Exists($"{path}.go"));
    }

    /// <summary>
    /// Allocates 2 GB page by page and then waits. The memory limit must kill the process. If the limit fails, 2 GB don't harm the machine.
    /// </summary>
    private static void TakeMemory()
    {
        const int step = 16 << 20;
        var taken = new List<byte[]>();
        for (var i = 0; i < 128; i++)
        {
            var block = GC.AllocateUninitializedArray<byte>(step);
            block.AsSpan().Fill(1);
            taken.Add(block);
        }

        Hold(() => taken.Count == 0);
    }

    private static void Hold(Func<bool> until)
    {
        using var never = new ManualResetEventSlim();
        while (!until())
        {
            never.Wait(Glance);
        }
    }

    private static bool IsTestEnvironment() =>
        (Read("ASPNETCORE_ENVIRONMENT") ?? Read("DOTNET_ENVIRONMENT")) == EnvironmentName;

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Read(variable));

    private static string? Read(string variable) => Environment.GetEnvironmentVariable(variable);

    /// <summary>Ends the process with SIGABRT, as a crash in a native library does.</summary>
    [LibraryImport("libc", EntryPoint = "abort")]
    private static partial void Abort();

    private sealed class MovedClock(TimeSpan offset) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + offset;
    }
}
