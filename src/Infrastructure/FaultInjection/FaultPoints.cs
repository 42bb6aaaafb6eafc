using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelOps.Infrastructure.FaultInjection;

/// <summary>
/// Named places at which a fault test ends, breaks or holds this process, at the one moment that it wants to prove something about.
/// Only the environment of the process says which, read once at its start, and only where the environment is called
/// <see cref="EnvironmentName"/>: no request, no file and no command line can. Otherwise a hit is a constant that the runtime's
/// compiler drops. docs/decisions tells the whole of it.
/// </summary>
internal static partial class FaultPoints
{
    public const string EnvironmentName = "FaultTesting";

    /// <summary><c>POINT[/SUBJECT]=ACTION</c>, separated by semicolons.</summary>
    public const string PointsVariable = "MODELOPS_FAULT_POINTS";

    /// <summary>Where a paused point says that it was reached, and looks for leave to go on.</summary>
    public const string FolderVariable = "MODELOPS_FAULT_FOLDER";

    /// <summary>How far this process's clock is off, such as <c>-01:00:00</c>.</summary>
    public const string ClockVariable = "MODELOPS_FAULT_CLOCK";

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    private static readonly bool On = IsTestEnvironment() && IsSet(PointsVariable);
    private static readonly FaultRule[] Rules = On ? FaultRule.ReadAll(Read(PointsVariable)!) : [];

    /// <summary>The system's, where no test has moved it.</summary>
    public static TimeProvider Clock { get; } = IsTestEnvironment() && Read(ClockVariable) is { Length: > 0 } offset
        ? new MovedClock(TimeSpan.Parse(offset, CultureInfo.InvariantCulture))
        : TimeProvider.System;

    /// <summary>A process that was given faults by mistake shall not run as if nothing were wrong.</summary>
    /// <exception cref="StartupException">Faults are asked for outside of a test, or can't be read.</exception>
    public static void EnsureAllowed()
    {
        if (!IsTestEnvironment() && (IsSet(PointsVariable) || IsSet(ClockVariable)))
        {
            throw new StartupException(
                $"{PointsVariable} or {ClockVariable} is set, which breaks the service on purpose. Remove it; only tests of faults set it.");
        }
    }

    /// <param name="subject">What the point is about, where a test wants one of many: an epoch, a seed.</param>
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
#pragma warning disable RS0030 // An empty marker for the tests of faults: it holds no data that a full disk could destroy.
        File.WriteAllText($"{path}.reached", "");
#pragma warning restore RS0030
        Hold(() => File.Exists($"{path}.go"));
    }

    /// <summary>Takes 2 GB, page by page, then holds: a limit must end this, and a missing one must not end the machine.</summary>
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

    /// <summary>As a broken native library ends its process.</summary>
    [LibraryImport("libc", EntryPoint = "abort")]
    private static partial void Abort();

    private sealed class MovedClock(TimeSpan offset) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + offset;
    }
}
