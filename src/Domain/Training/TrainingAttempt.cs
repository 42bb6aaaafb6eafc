using System.Text.RegularExpressions;

namespace ModelOps.Domain.Training;

/// <summary>How a run of the trainer ended.</summary>
public enum AttemptEnd
{
    Completed,
    Cancelled,

    /// <summary>Its worker was shut down; the training goes on later.</summary>
    Stopped,

    /// <summary>The training can't succeed; the job says why.</summary>
    Refused,

    Crashed,
}

/// <summary>
/// One run of the trainer process for a job, with what it wrote. It is for whoever operates the service; the job itself is authoritative.
/// </summary>
public sealed partial class TrainingAttempt
{
    public const int MaxLog = 4_000;
    public const int MaxWorker = 100;

    /// <summary>How long an attempt is kept where the operator says nothing else.</summary>
    public const int DefaultKeepDays = 90;

    /// <summary>Attempts that are kept of one job.</summary>
    public const int MaxPerJob = 20;

    private TrainingAttempt()
    {
    }

    public long Id { get; private set; }

    public Guid JobId { get; private set; }

    /// <summary>The machine and process that ran it.</summary>
    public string Worker { get; private set; } = "";

    public DateTime StartedAt { get; private set; }

    /// <summary>Null while it runs, and for good when its worker died with it.</summary>
    public DateTime? EndedAt { get; private set; }

    public AttemptEnd? End { get; private set; }

    /// <summary>The trainer's exit code; null unless it crashed.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>The last lines that the trainer wrote, without decimal numbers; see <see cref="Cleaned"/>.</summary>
    public string Log { get; private set; } = "";

    public static TrainingAttempt Begin(Guid jobId, string worker, DateTime now) => new()
    {
        JobId = jobId,
        Worker = worker.Length <= MaxWorker ? worker : worker[..MaxWorker],
        StartedAt = now,
    };

    public void Finish(AttemptEnd end, int? exitCode, IEnumerable<string> log, DateTime now)
    {
        (End, ExitCode, EndedAt) = (end, exitCode, now < StartedAt ? StartedAt : now);
        Log = Cleaned(log);
    }

    /// <summary>
    /// Lines as they may be kept: the last ones that fit, each decimal number replaced by <c>#</c>. The trainer writes no patient's values,
    /// but the message of an exception from a library might.
    /// </summary>
    internal static string Cleaned(IEnumerable<string> lines)
    {
        var text = string.Join('\n', lines.Select(line => Decimal().Replace(line.Replace('\0', ' '), "#")));
        return text.Length <= MaxLog ? text : text[^MaxLog..];
    }

    [GeneratedRegex("[0-9]+[.,][0-9]+(?:[eE][+-]?[0-9]+)?", RegexOptions.CultureInvariant)]
    private static partial Regex Decimal();
}
