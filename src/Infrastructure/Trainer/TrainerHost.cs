using System.Diagnostics;
using System.Runtime.InteropServices;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Failures;
using ModelOps.Domain;
using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Training;

namespace ModelOps.Infrastructure.Trainer;

/// <summary>
/// The trainer process: the service's own executable, started with <c>train FOLDER</c>. Only this process loads libtorch. Standard input
/// tells it whether the worker is alive: when the worker dies, the input ends, and the trainer process exits.
/// </summary>
public static class TrainerHost
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a training may take to end after a cancel or stop request. Then the process exits.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    /// <param name="folder">The path of a prepared working folder.</param>
    /// <param name="checkpointSeconds">The interval between checkpoints in seconds; null for the default.</param>
    /// <returns>The process's exit code, see <c>TrainerProtocol</c>.</returns>
    public static int Run(string folder, double? checkpointSeconds = null) => Run(NetworkRegistry.BuiltIn, folder, checkpointSeconds);

    internal static int Run(NetworkRegistry networks, string folder, double? checkpointSeconds)
    {
        using var end = new CancellationTokenSource();
        var leash = new Leash(end);
        leash.Watch();
        try
        {
            return Train(networks, new JobFolder(folder), checkpointSeconds, end.Token);
        }
        catch (OperationCanceledException)
        {
            Note("told to end");
            return leash.ExitCode;
        }
        catch (RefusalException refusal)
        {
            return Refuse(refusal.Code, Sentence.Of(refusal.Detail));
        }
        catch (Exception exception) when (FailureClassifier.Classify(exception) == FailureKind.InsufficientStorage)
        {
            var full = StorageRefusals.Full(exception);
            return Refuse(full.Code, Sentence.Of(full.Detail));
        }
        catch (Exception exception) when (IsOutOfMemory(exception))
        {
            return Refuse(TrainerLimits.OutOfMemory.Code, TrainerLimits.OutOfMemory.Detail);
        }
    }

    private static int Train(NetworkRegistry networks, JobFolder folder, double? checkpointSeconds, CancellationToken end)
    {
        var specification = folder.FindSpecification() ?? throw new InvalidDataException("The working folder has no specification.");
        var sinceReport = Stopwatch.StartNew();
        var first = true;
        var trainer = new TorchTrainer(networks, specification, folder, run =>
        {
            if (first)
            {
                Note($"epoch {run.Epoch} is the first one of this run");
            }

            if (first || sinceReport.Elapsed >= ReportInterval || run.Epoch == specification.Parameters.Epochs)
            {
                first = false;
                sinceReport.Restart();
                Say(new TrainerLine(new TrainingProgress(
                    run.Epoch, specification.Parameters.Epochs, run.History.Latest!.Loss, run.ElapsedSeconds, run.History.Points)));
            }
        })
        {
            CheckpointInterval = checkpointSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : TorchTrainer.UsualCheckpointInterval,
        };
        Note($"{specification.Architecture}, {specification.Parameters.Epochs} epochs, seed {specification.Parameters.Seed}");
        trainer.Train(end);
        Note("done: trained, judged and written");
        return TrainerProtocol.Done;
    }

    /// <summary>Whether memory ran out. libtorch's allocator reports this only in the exception's message.</summary>
    private static bool IsOutOfMemory(Exception exception) =>
        exception is OutOfMemoryException
        || (exception is ExternalException && exception.Message.Contains("can't allocate memory", StringComparison.Ordinal));

    /// <summary>Writes a line of the trainer's log, which the worker keeps with the attempt. It must not have a patient's values.</summary>
    private static void Note(string text) => Console.Error.WriteLine(string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():HH:mm:ss} {text}"));

    private static int Refuse(string code, Sentence detail)
    {
        Note($"refused: {code}");
        Say(new TrainerLine(Error: new TrainerError(code, detail)));
        return TrainerProtocol.Refused;
    }

    private static void Say(TrainerLine line)
    {
        try
        {
            Console.Out.WriteLine(TrainerProtocol.Write(line));
            Console.Out.Flush();
        }
        catch (IOException)
        {
            // The worker has closed the pipe. The end of standard input reports this, too.
        }
    }

    private sealed class Leash(CancellationTokenSource end)
    {
        private int _exitCode = TrainerProtocol.Stopped;

        public int ExitCode => Volatile.Read(ref _exitCode);

        public void Watch() => new Thread(Read) { IsBackground = true, Name = "leash" }.Start();

        private void Read()
        {
            if (Console.In.ReadLine() == TrainerProtocol.Cancel)
            {
                Volatile.Write(ref _exitCode, TrainerProtocol.Cancelled);
            }

            end.Cancel();

            // Exits even if a call into libtorch does not return.
            using var never = new ManualResetEventSlim();
            never.Wait(Grace);
#pragma warning disable RS0030 // The trainer exits at once when its worker is gone. The checkpoint is on disk, so no shutdown is needed.
            Environment.Exit(ExitCode);
#pragma warning restore RS0030
        }
    }
}
