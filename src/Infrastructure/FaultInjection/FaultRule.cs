using System.Globalization;

namespace ModelOps.Infrastructure.FaultInjection;

/// <summary>The fault that is injected at a fault point.</summary>
internal enum FaultAction
{
    /// <summary>Ends the process as <c>kill -9</c> does.</summary>
    Kill,

    /// <summary>Ends the process as a native crash does.</summary>
    Abort,

    /// <summary>Throws an exception that no code handles specifically.</summary>
    Throw,

    /// <summary>Waits without time limit until a file exists.</summary>
    Pause,

    /// <summary>Allocates memory and waits until the process is killed.</summary>
    Memory,
}

/// <param name="Subject">The subject that the rule applies to; null for any subject.</param>
internal sealed record FaultRule(string Point, long? Subject, FaultAction Action)
{
    /// <exception cref="StartupException">The text is not a valid list of rules.</exception>
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
