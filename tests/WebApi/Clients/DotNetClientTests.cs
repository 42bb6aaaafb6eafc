using System.Globalization;
using System.Net;
using System.Text;
using ModelOps.Client;
using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests.Clients;

/// <summary>The C# client against the running service.</summary>
[Collection(ServiceCollection.Name)]
public sealed class DotNetClientTests(ServiceFixture service)
{
    private static readonly RetrainModel Long = new() { UseDatabase = false, Epochs = 10_000, BatchSize = 2, HiddenSize = 8 };

    [Fact]
    public async Task Operations_OfADay_AreMethods()
    {
        using var client = await ConnectAsync(service.ClientOptions.BaseAddress);
        var dataset = await UploadAsync(client);
        var request = new RetrainModel { UseDatabase = false, DatasetName = dataset, Epochs = 2, HiddenSize = 8 };

        var first = await client.RetrainAndWaitAsync(request);
        var second = await client.RetrainAndWaitAsync(request with { Seed = 7 });
        var before = (await client.ListVersionsAsync(sort: VersionOrder.Newest)).ActiveModel;
        var activation = await client.ActivateModelAsync(new ActivateVersion { Version = first.Version!, ExpectedActive = before });
        await client.ActivateModelAsync(new ActivateVersion { Version = second.Version! });
        var comparison = await client.CompareVersionsAsync(second.Version!, first.Version);
        var rolledBack = await client.RollbackModelAsync();
        var prediction = await client.PredictAsync(new PredictionInput { HbA1c = 6.1, AGE = 55, BMI = 28, Gender = "F" });
        var records = await client.AddRecordsAsync(
            [new RecordInput { HbA1c = 5, AGE = 41, BMI = 24, Gender = "M", CLASS = "N" }], idempotencyKey: "client-1");
        var deletion = await client.DeleteVersionAsync(second.Version!);

        Assert.True(activation.Success);
        Assert.Equal((first.Version, second.Version), (comparison.Baseline, comparison.Candidate));
        Assert.Equal(first.Version, rolledBack.ActiveVersion);
        Assert.Equal(first.Version, (await client.GetActiveModelAsync()).Version);
        Assert.Equal(first.Version, prediction.Version);
        Assert.Equal(1, prediction.Probabilities.Negative + prediction.Probabilities.Prediabetes + prediction.Probabilities.Diabetes, 6);
        Assert.Equal(1, records.Created);
        Assert.True(deletion.Success);
        await using var rows = await client.DownloadDatasetRowsAsync(dataset);
        Assert.StartsWith("HbA1c", await new StreamReader(rows).ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusal_OfTheService_HasItsCodeAndSentence()
    {
        using var client = await ConnectAsync(service.ClientOptions.BaseAddress);
        using var nobody = new ModelOpsClient(service.ClientOptions.BaseAddress, "not a token");

        var unknown = await Assert.ThrowsAsync<ModelOpsException>(() => client.GetVersionAsync("v20200101_000000"));
        var unasked = await Assert.ThrowsAsync<ModelOpsException>(() => nobody.GetActiveModelAsync());
        var untrained = await Assert.ThrowsAsync<ModelOpsException>(
            () => client.RetrainAndWaitAsync(new RetrainModel { UseDatabase = false, DatasetName = "nobody-has-this.csv" }));

        Assert.Equal((HttpStatusCode.NotFound, "version_not_found"), (unknown.Status, unknown.Code));
        Assert.Equal(unknown.Problem!.Detail, unknown.Message);
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_token"), (unasked.Status, unasked.Code));
        Assert.Equal("dataset_not_found", untrained.Code);
    }

    [Fact]
    public async Task RetrainAndWait_WhenConnectionsAreLost_ReportsEachEpochOfOneTraining()
    {
        const int Epochs = 60;
        await using var proxy = new CuttingProxy(service.ClientOptions.BaseAddress);
        using var client = await ConnectAsync(proxy.Address);
        var dataset = await UploadAsync(client);
        var cuts = 0;
        var progress = new Reports(seen =>
        {
            if (seen.Epoch > 10 * (cuts + 1) && cuts < 2)
            {
                cuts++;
                proxy.Cut();
            }
        });
        proxy.LoseNextAnswer();

        var job = await client.RetrainAndWaitAsync(
            new RetrainModel { UseDatabase = false, DatasetName = dataset, Epochs = Epochs, BatchSize = 2, HiddenSize = 16 }, progress);

        Assert.True(proxy.Lost >= 2, $"{proxy.Lost} connections were cut.");
        Assert.NotNull(job.Version);
        Assert.Equal(
            job.History!.Select(point => point.Epoch),
            progress.Seen.Where(seen => seen.ValidationLoss is not null).Select(seen => seen.Epoch));
        Assert.Equal(JobStatus.Succeeded, progress.Seen[^1].Status);
        Assert.Single(
            (await client.ListJobsAsync(limit: 200)).Jobs, each => each.Data.Source.Contains(dataset, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, JobStatus.Cancelled)]
    [InlineData(false, JobStatus.Running)]
    public async Task RetrainAndWait_WhenItIsCancelled_CancelsTheTrainingByChoice(bool cancelsTraining, JobStatus expected)
    {
        using var client = await ConnectAsync(service.ClientOptions.BaseAddress);
        var request = Long with { DatasetName = await UploadAsync(client) };
        using var cancel = new CancellationTokenSource();
        var jobId = Guid.Empty;
        var progress = new Reports(seen =>
        {
            jobId = seen.JobId;
            if (seen.Epoch > 0)
            {
                cancel.Cancel();
            }
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.RetrainAndWaitAsync(
            request, new WaitOptions { CancelsTraining = cancelsTraining }, progress, cancel.Token));

        var job = await client.GetJobAsync(jobId);
        Assert.Equal(expected == JobStatus.Running, job.Status == JobStatus.Running);
        if (expected == JobStatus.Running)
        {
            // Somebody else cancels it, of which a second program that waits for it hears.
            var other = client.WaitForJobAsync(jobId);
            await client.CancelJobAsync(jobId);
            var failed = await Assert.ThrowsAsync<TrainingFailedException>(() => other);
            Assert.Equal(JobStatus.Cancelled, failed.Job.Status);
        }
        else
        {
            Assert.Equal(jobId, (await Assert.ThrowsAsync<TrainingFailedException>(() => client.WaitForJobAsync(jobId))).Job.JobId);
        }
    }

    /// <summary>A proxy that passes on no event streams, and a service that is starting or busy at first.</summary>
    [Fact]
    public async Task RetrainAndWait_WhenTheServiceIsBusyAndEventsDontComeThrough_WaitsAsToldAndPolls()
    {
        using var signedIn = await service.AdminAsync();
        using var http = new HttpClient(new Obstacles(
            request => request.RequestUri!.AbsolutePath.EndsWith("/events", StringComparison.Ordinal)
                ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("<html/>", Encoding.UTF8, "text/html") }
                : null,
            HttpStatusCode.ServiceUnavailable, HttpStatusCode.TooManyRequests))
        {
            BaseAddress = service.ClientOptions.BaseAddress,
        };
        http.DefaultRequestHeaders.Authorization = signedIn.DefaultRequestHeaders.Authorization;
        var time = new RecordedTime();
        using var client = new ModelOpsClient(http, time);
        var dataset = await signedIn.SampleDatasetAsync(100);

        var job = await client.RetrainAndWaitAsync(
            new RetrainModel { UseDatabase = false, DatasetName = dataset, Epochs = 2, HiddenSize = 8 });

        Assert.NotNull(job.Version);
        Assert.Equal([TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(7)], time.Waits.Take(2));
    }

    [Fact]
    public async Task RetrainAndWait_WhenTheServiceStaysAway_GivesUpAfterItsPatience()
    {
        using var http = new HttpClient(new Obstacles(_ => throw new HttpRequestException("Nobody is there.")))
        {
            BaseAddress = service.ClientOptions.BaseAddress,
        };
        var time = new RecordedTime();
        using var client = new ModelOpsClient(http, time);

        await Assert.ThrowsAsync<HttpRequestException>(() => client.RetrainAndWaitAsync(
            null, new WaitOptions { Patience = TimeSpan.FromMinutes(1) }));

        Assert.Equal(
            [0.5, 1, 2, 4, 8, 15, 15],
            time.Waits.Select(wait => wait.TotalSeconds));
    }

    private static async Task<ModelOpsClient> ConnectAsync(Uri address)
    {
        using var nobody = new ModelOpsClient(address, null);
        var tokens = await nobody.LoginAsync(
            new LoginRequest { Email = ServiceFixture.AdminEmail, Password = ServiceFixture.AdminPassword });
        return new ModelOpsClient(address, tokens.AccessToken);
    }

    private static async Task<string> UploadAsync(ModelOpsClient client)
    {
        using var csv = new MemoryStream(Encoding.UTF8.GetBytes(Api.Sample(300)));
        return (await client.UploadDatasetAsync(new CsvFile(csv, Api.NewName()), strict: true)).Filename;
    }

    private sealed class Reports(Action<TrainingProgress> also) : IProgress<TrainingProgress>
    {
        public List<TrainingProgress> Seen { get; } = [];

        public void Report(TrainingProgress value)
        {
            Seen.Add(value);
            also(value);
        }
    }

    /// <summary>Answers in the service's place: first with refusals, then where <paramref name="answer"/> has something.</summary>
    private sealed class Obstacles(Func<HttpRequestMessage, HttpResponseMessage?> answer, params HttpStatusCode[] first)
        : DelegatingHandler(new SocketsHttpHandler())
    {
        private readonly Queue<HttpStatusCode> _first = new(first);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (_first.TryDequeue(out var status))
            {
                return Task.FromResult(new HttpResponseMessage(status)
                {
                    Headers = { { "Retry-After", 7.ToString(CultureInfo.InvariantCulture) } },
                });
            }

            return answer(request) is { } other ? Task.FromResult(other) : base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>Waits are over at once, and count as time that has passed. Limits, which end later, don't run out.</summary>
    private sealed class RecordedTime : TimeProvider
    {
        private long _passed;

        public List<TimeSpan> Waits { get; } = [];

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Volatile.Read(ref _passed);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime >= TimeSpan.FromSeconds(30))
            {
                return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period);
            }

            Waits.Add(dueTime);
            Interlocked.Add(ref _passed, dueTime.Ticks);
            return System.CreateTimer(callback, state, TimeSpan.FromMilliseconds(20), period);
        }
    }
}
