using System.Globalization;

namespace ModelOps.Infrastructure.FaultInjection;

/// <summary>What a process does at a fault point.</summary>
internal enum FaultAction
{
    /// <summary>Ends as by <c>kill -9</c>.</summary>
    Kill,

    /// <summary>Ends as a native crash does.</summary>
    Abort,

    /// <summary>Throws what nobody expects.</summary>
    Throw,

    /// <summary>Waits for a file, for ever.</summary>
    Pause,

    /// <summary>Takes memory until somebody ends it.</summary>
    Memory,
}

/// <param name="Subject">Null: any.</param>
internal sealed record FaultRule(string Point, long? Subject, FaultAction Action)
{
    /// <exception cref="StartupException">It isn't a list of rules.</exception>
    public static FaultRule[] ReadAll(string text) =>
        [.. text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Read)];

    private static FaultRule Read(string text)
    {
        if (text.Split('=') is [var place, var word] && Enum.TryParse<FaultAction>(word, ignoreCase: true, out var action))
        {
            switch (place.Split('/'))
            {
                case [{ Length: > 0 } point]:
                    return new FaultRule(point, null, action);
                case [{ Length: > 0 } point, var number] when long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture,
                    out var subject):
                    return new FaultRule(point, subject, action);
            }
        }

        throw new StartupException($"{FaultPoints.PointsVariable} must be POINT[/NUMBER]=ACTION, separated by semicolons.");
    }
}
