using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Abstractions;

namespace ModelOps.Infrastructure.Training;

/// <summary>The worker's side of a training: starts the trainer process, forwards its progress, and cancels or kills it.</summary>
internal sealed partial class TrainerProcess(TrainerCommand command, TrainerLimits limits, ILogger<TrainerProcess> logger)
{
    private const int MaxErrorLines = 60;

    /// <summary>How long a trainer may take to end after a cancel or stop request. Then it is killed.</summary>
    private static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(3);

    /// <summary>Trains in a prepared folder. The training resumes from the folder's checkpoint if there is one.</summary>
    /// <inheritdoc cref="ITrainingWorkspace.TrainAsync"/>
    public async Task<TrainingOutcome> TrainAsync(
        JobFolder folder, Action<TrainingProgress> onProgress, CancellationToken cancel, CancellationToken stop)
    {
        using var process = new Process { StartInfo = command.For(folder.Path) };
        process.Start();
        using var onCancel = cancel.Register(() => Tell(process, TrainerProtocol.Cancel, CancelGrace));
        using var onStop = stop.Register(() => Tell(process, TrainerProtocol.Stop, StopGrace));
        using var ended = new CancellationTokenSource();
        var watch = limits.WatchAsync(process, ended.Token);
        var errors = ReadErrorsAsync(process);
        TrainerError? refusal = null;
        while (await process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            var said = TrainerProtocol.Read(line);
            refusal = said?.Error ?? refusal;
            if (said?.Progress is { } progress)
            {
                onProgress(progress);
            }
        }

        await process.WaitForExitAsync(CancellationToken.None);
        await ended.CancelAsync();
        var written = await errors;
        var outcome = OutcomeOf(process.ExitCode, await watch, refusal, folder, cancel, stop);
        if (outcome is TrainingOutcome.Crashed)
        {
            LogErrors(folder.JobId, string.Join('\n', written));
        }

        return outcome with { Log = written };
    }

    private static TrainingOutcome OutcomeOf(
        int exitCode, TrainerError? exceeded, TrainerError? refusal, JobFolder folder, CancellationToken cancel, CancellationToken stop)
    {
        return exitCode switch
        {
            TrainerProtocol.Done when folder.FindResult() is { } result => new TrainingOutcome.Completed(result, folder.Output),
            TrainerProtocol.Refused when refusal is not null => new TrainingOutcome.Refused(refusal.Code, refusal.Detail),

            // A request to cancel or stop decides the outcome, whether the trainer ended by itself or was killed after the grace period.
            _ when cancel.IsCancellationRequested => new TrainingOutcome.Cancelled(),
            _ when stop.IsCancellationRequested => new TrainingOutcome.Stopped(),
            _ when exceeded is not null => new TrainingOutcome.Refused(exceeded.Code, exceeded.Detail),
            _ => new TrainingOutcome.Crashed(exitCode),
        };
    }

    private static void Tell(Process process, string word, TimeSpan grace)
    {
        try
        {
            process.StandardInput.WriteLine(word);
            process.StandardInput.Flush();
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The process has ended already.
        }

        _ = KillAfterAsync(process, grace);
    }

    private static async Task KillAfterAsync(Process process, TimeSpan grace)
    {
        try
        {
            using var limit = new CancellationTokenSource(grace);
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // The process has ended, and its handle is disposed.
        }
    }

    private static async Task<IReadOnlyList<string>> ReadErrorsAsync(Process process)
    {
        var last = new Queue<string>();
        while (await process.StandardError.ReadLineAsync(CancellationToken.None) is { } line)
        {
            last.Enqueue(line);
            if (last.Count > MaxErrorLines)
            {
                last.Dequeue();
            }
        }

        return [.. last];
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The trainer of job {JobId} wrote: {Errors}")]
    private partial void LogErrors(string jobId, string errors);
}

/// <summary>The command line of the trainer process: the service's own assembly, run by the current <c>dotnet</c> host.</summary>
/// <param name="Assembly">Path of the service's assembly.</param>
/// <param name="CheckpointSeconds">The interval between checkpoints in seconds; null for the default.</param>
internal sealed record TrainerCommand(string Assembly, double? CheckpointSeconds = null)
{
    public ProcessStartInfo For(string folder)
    {
        var start = new ProcessStartInfo(DotnetHost())
        {
            ArgumentList = { "exec", Assembly, TrainerProtocol.Command, folder },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };

        if (CheckpointSeconds is { } seconds)
        {
            start.ArgumentList.Add(seconds.ToString(CultureInfo.InvariantCulture));
        }

        // The trainer reads no settings, so all of them, including secrets, are removed from its environment.
        foreach (var secret in start.Environment.Keys.Where(IsSetting).ToList())
        {
            start.Environment.Remove(secret);
        }

        // The trainer doesn't gain from profile-guided recompilation and needs no diagnostics pipe.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        return start;
    }

    /// <summary>
    /// Whether an environment variable is a setting: a configuration key with a section (with any prefix), a connection string that a
    /// hosting platform sets, or a variable that PostgreSQL clients read.
    /// </summary>
    private static bool IsSetting(string name) =>
        name.Contains("__", StringComparison.Ordinal) || name.Contains(':', StringComparison.Ordinal)
        || name.Contains("CONNSTR_", StringComparison.OrdinalIgnoreCase) || name.StartsWith("PG", StringComparison.OrdinalIgnoreCase);

    /// <summary>The path of the <c>dotnet</c> host of the current runtime. It is three folders above the runtime's folder.</summary>
    private static string DotnetHost()
    {
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        return Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
    }
}
