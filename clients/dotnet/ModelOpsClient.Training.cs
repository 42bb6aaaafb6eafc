using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ModelOps.Client;

// Waiting for trainings.
public sealed partial class ModelOpsClient
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A queued training sends no events for hours, and neither does a half-open connection. A silent connection is therefore replaced;
    /// a new one begins with the job's current state.
    /// </summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan CancellationLimit = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Trains a version and waits for it. Lost connections and an unreachable or busy service are retried. The request carries an
    /// idempotency key, so that retries start one training.
    /// </summary>
    /// <param name="request">Members that are null have the service's defaults.</param>
    /// <param name="progress">Gets each epoch that the service kept, in order, also those during a lost connection.</param>
    /// <param name="cancellationToken">Ends the wait; the training goes on.</param>
    /// <returns>The job, which succeeded: its version and metrics aren't null.</returns>
    /// <exception cref="TrainingFailedException">The training failed, or somebody cancelled it.</exception>
    /// <exception cref="ModelOpsException">The service refused.</exception>
    public Task<JobAnswer> RetrainAndWaitAsync(
        RetrainModel? request = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        RetrainAndWaitAsync(request, new WaitOptions(), progress, cancellationToken);

    /// <inheritdoc cref="RetrainAndWaitAsync(RetrainModel?, IProgress{TrainingProgress}?, CancellationToken)"/>
    /// <param name="request">Members that are null have the service's defaults.</param>
    /// <param name="options">The idempotency key, whether a cancelled wait cancels the training, and the patience.</param>
    /// <param name="progress">Gets each epoch that the service kept, in order, also those during a lost connection.</param>
    /// <param name="cancellationToken">Ends the wait, and by choice the training.</param>
    public async Task<JobAnswer> RetrainAndWaitAsync(
        RetrainModel? request, WaitOptions options, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var key = options.IdempotencyKey ?? Guid.NewGuid().ToString();
        Guid? jobId = null;
        try
        {
            var patience = new Patience(_time, options.Patience);
            while (jobId is null)
            {
                jobId = (await patience.TryAsync(() => RetrainModelAsync(request, key, cancellationToken), cancellationToken)
                    .ConfigureAwait(false))?.JobId;
            }

            return await WaitForJobAsync(jobId.Value, options, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException cancelled) when (cancellationToken.IsCancellationRequested && options.CancelsTraining)
        {
            await CancelTrainingAsync(jobId, request, key, cancelled).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Waits for a training that was begun before, perhaps by another program.</summary>
    /// <inheritdoc cref="RetrainAndWaitAsync(RetrainModel?, IProgress{TrainingProgress}?, CancellationToken)"/>
    public async Task<JobAnswer> WaitForJobAsync(
        Guid jobId, WaitOptions? options = null, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var reporter = new ProgressReporter(progress);
        await foreach (var job in WatchJobAsync(jobId, options, cancellationToken).ConfigureAwait(false))
        {
            reporter.Report(job);
            if (IsFinal(job))
            {
                return job.Status == JobStatus.Succeeded ? job : throw new TrainingFailedException(job);
            }
        }

        throw new InvalidOperationException("A watch ends with the job.");
    }

    /// <summary>
    /// The job's current state, then each change up to its end, over Server-Sent Events. A lost connection is replaced. Where no events
    /// arrive, such as behind a proxy that buffers them, the job is polled every second.
    /// </summary>
    /// <exception cref="ModelOpsException">The service refused, or was busy for longer than the patience.</exception>
    /// <exception cref="HttpRequestException">The service was unreachable for longer than the patience.</exception>
    public async IAsyncEnumerable<JobAnswer> WatchJobAsync(
        Guid jobId, WaitOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var patience = new Patience(_time, (options ?? new WaitOptions()).Patience);
        while (true)
        {
            var hasEvents = false;
            await foreach (var job in EventsAsync(jobId, cancellationToken).ConfigureAwait(false))
            {
                hasEvents = true;
                patience.Answered();
                yield return job;
                if (IsFinal(job))
                {
                    yield break;
                }
            }

            if (!hasEvents)
            {
                // If the events were refused permanently, this request throws the reason.
                var job = await patience.TryAsync(() => GetJobAsync(jobId, cancellationToken), cancellationToken).ConfigureAwait(false);
                if (job is null)
                {
                    continue;
                }

                yield return job;
                if (IsFinal(job))
                {
                    yield break;
                }
            }

            await Task.Delay(PollInterval, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsFinal(JobAnswer job) => job.Status is JobStatus.Succeeded or JobStatus.Failed or JobStatus.Cancelled;

    /// <summary>The events of one connection, until it ends for any reason; none if the connection fails.</summary>
    private async IAsyncEnumerable<JobAnswer> EventsAsync(Guid jobId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(LongestSilence, _time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        using var response = await ConnectAsync(jobId, end.Token, cancellationToken).ConfigureAwait(false);
        if (response?.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            yield break;
        }

        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var events = SseParser.Create(stream).EnumerateAsync(end.Token).GetAsyncEnumerator(CancellationToken.None);
        while (true)
        {
            JobAnswer job;
            try
            {
                silence.CancelAfter(LongestSilence);
                if (!await events.MoveNextAsync().ConfigureAwait(false))
                {
                    yield break;
                }

                job = JsonSerializer.Deserialize<JobAnswer>(events.Current.Data, Json)!;
                silence.CancelAfter(Timeout.InfiniteTimeSpan);
            }
            catch (Exception lost) when (Patience.IsTransient(lost, cancellationToken))
            {
                yield break;
            }

            yield return job;
        }
    }

    private async Task<HttpResponseMessage?> ConnectAsync(Guid jobId, CancellationToken limit, CancellationToken cancellationToken)
    {
        try
        {
            return await RequestAsync(new Call(HttpMethod.Get, $"model/jobs/{jobId}/events"), "text/event-stream", limit)
                .ConfigureAwait(false);
        }
        catch (Exception refused) when (refused is ModelOpsException || Patience.IsTransient(refused, cancellationToken))
        {
            return null;
        }
    }

    /// <summary>
    /// A retrain request without an answer may have started a training. The same key finds it; if that request never arrived, the
    /// training that starts here is cancelled at once.
    /// </summary>
    private async Task CancelTrainingAsync(Guid? jobId, RetrainModel? request, string key, OperationCanceledException cancelled)
    {
        using var limit = new CancellationTokenSource(CancellationLimit, _time);
        try
        {
            var patience = new Patience(_time, CancellationLimit);
            while (jobId is null)
            {
                jobId = (await patience.TryAsync(() => RetrainModelAsync(request, key, limit.Token), limit.Token)
                    .ConfigureAwait(false))?.JobId;
            }

            while (await patience.TryAsync(() => CancelJobAsync(jobId.Value, limit.Token), limit.Token).ConfigureAwait(false) is null)
            {
            }
        }
        catch (ModelOpsException refused) when (refused.Code == "job_already_finished")
        {
        }
        catch (Exception failed) when (failed is ModelOpsException or HttpRequestException or IOException or OperationCanceledException)
        {
            throw new OperationCanceledException(
                "The wait was cancelled. The service couldn't be told, so the training may go on.", failed, cancelled.CancellationToken);
        }
    }

    /// <summary>Reports each epoch once, also after a lost connection: every state has the history of all epochs so far.</summary>
    private sealed class ProgressReporter(IProgress<TrainingProgress>? progress)
    {
        private int _epoch;
        private JobStatus? _status;

        public void Report(JobAnswer job)
        {
            // A new attempt goes on from the last checkpoint.
            _epoch = Math.Min(_epoch, job.Epoch);
            var points = (job.History ?? []).Where(point => point.Epoch > _epoch).OrderBy(point => point.Epoch).ToArray();
            foreach (var point in points)
            {
                Report(job, point.Epoch, point.Loss, point.ValidationLoss, point.ValidationF1);
            }

            if (points.Length == 0 && (job.Epoch > _epoch || job.Status != _status))
            {
                Report(job, job.Epoch, job.Loss, null, null);
            }

            _status = job.Status;
        }

        private void Report(JobAnswer job, int epoch, double? loss, double? validationLoss, double? validationF1)
        {
            _epoch = epoch;
            progress?.Report(new TrainingProgress(
                job.JobId, job.Status, job.Attempt, epoch, job.Epochs, loss, validationLoss, validationF1,
                job.EtaSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null));
        }
    }
}
