using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ModelOps.Faults.Tests.History;
using ModelOps.Infrastructure.Csv;

namespace ModelOps.Faults.Tests.Harness;

/// <summary>
/// A client as it stands behind a load balancer: what may be repeated is asked of the next replica when one is gone. Everything that
/// it asks and hears is recorded.
/// </summary>
internal sealed class RecordingClient(Fleet fleet, Member? preferred)
{
    /// <summary>A connection of its own for each, as the replica may be another process by now.</summary>
    private static readonly HttpClient Http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromSeconds(10) })
    {
        Timeout = TimeSpan.FromSeconds(60),
    };

    private int _turn;

    public Task<Entry> PredictAsync(double hba1c = 6.1) => AskAsync(
        new Question(Operation.Predict),
        HttpMethod.Post,
        "/model/predict",
        () => Json(new { HbA1c = hba1c, AGE = 54, BMI = 29.5, Gender = "F" }),
        repeatable: true);

    public Task<Entry> RetrainAsync(string dataset, int epochs = 20, int seed = 42, string? key = null, int hidden = 8, bool repeatable =
        true) => AskAsync(
        new Question(Operation.Retrain, key),
        HttpMethod.Post,
        "/model/retrain",
        () => Json(new { use_database = false, dataset_name = dataset, epochs, hidden_size = hidden, seed }),
        repeatable && key is not null,
        key);

    public Task<Entry> UploadAsync(string name, string csv) => AskAsync(
        new Question(Operation.Upload, name),
        HttpMethod.Post,
        "/model/upload-dataset",
        () => new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes(csv)), "file", name } });

    public Task<Entry> AddRecordsAsync(string key, int amount) => AskAsync(
        new Question(Operation.AddRecords, key, Amount: amount),
        HttpMethod.Post,
        "/records",
        () => Json(Enumerable.Range(0, amount)
            .Select(i => new { HbA1c = 5 + (i % 30 * 0.1), AGE = 50, BMI = 27, Gender = "F", CLASS = "N" })),
        repeatable: true,
        key);

    public Task<Entry> ActivateAsync(string version, string? tag = null) => AskAsync(
        new Question(Operation.Activate, version, tag ??= NewTag()),
        HttpMethod.Post,
        "/model/activate",
        () => Json(new { version, reason = tag }));

    public Task<Entry> RollbackAsync(string? tag = null) => AskAsync(
        new Question(Operation.Rollback, null, tag ??= NewTag()),
        HttpMethod.Post,
        "/model/rollback",
        () => Json(new { reason = tag }));

    public Task<Entry> DeleteVersionAsync(string version) =>
        AskAsync(new Question(Operation.DeleteVersion, version), HttpMethod.Delete, $"/model/version/{version}", null);

    public Task<Entry> JobAsync(string id) =>
        AskAsync(new Question(Operation.ReadJob, id), HttpMethod.Get, $"/model/jobs/{id}", null, repeatable: true);

    public Task<Entry> GetAsync(string path) =>
        AskAsync(new Question(Operation.List, path), HttpMethod.Get, path, null, repeatable: true);

    /// <summary>A version's file, not recorded.</summary>
    public async Task<byte[]?> DownloadAsync(string path)
    {
        var replica = Replicas()[0];
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(replica.Address!, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await fleet.Token.GetAsync(Http, replica.Address!, null));
        using var answer = await Http.SendAsync(request);
        return answer.IsSuccessStatusCode ? await answer.Content.ReadAsByteArrayAsync() : null;
    }

    /// <summary>Uploads made-up rows, which must succeed.</summary>
    public async Task<string> UploadSampleAsync(int rows = 300, int seed = 1)
    {
        var name = NewName();
        var answer = await UploadAsync(name, Sample(rows, seed));
        Assert.True(answer.Status == 201, answer.ToString());
        return name;
    }

    /// <summary>Queues a training, which must be accepted, and gives the job's id.</summary>
    public async Task<string> QueueAsync(string dataset, int epochs = 20, int seed = 42, int hidden = 8)
    {
        var answer = await RetrainAsync(dataset, epochs, seed, NewTag(), hidden);
        Assert.True(answer.Status == 202, answer.ToString());
        return answer.Text("job_id")!;
    }

    /// <summary>Waits for a job's end, which must be this one.</summary>
    public async Task<JsonElement> UntilAsync(string job, string status, TimeSpan? limit = null)
    {
        Entry seen = null!;
        await Poll.UntilAsync(
            async () => (seen = await JobAsync(job))
                .Text("status") is "succeeded" or "failed" or "cancelled", $"the end of the job {job}", limit);
        Assert.True(seen.Text("status") == status, $"{seen.Body}");
        return seen.Body!.Value;
    }

    /// <summary>Waits until an epoch of the job is done.</summary>
    public async Task<TimeSpan> UntilItTrainsAsync(string job, int epoch = 1)
    {
        Entry? seen = null;
        var took = await Poll.UntilAsync(
            async () => (seen = await JobAsync(job)).Body is { } body && body.TryGetProperty("epoch", out var done)
                && done.GetInt32() >= epoch,
            $"the job {job} to train");
        Assert.True(seen!.Text("status") == "running", $"It is over too soon: {seen.Body}");
        return took;
    }

    /// <summary>Trains to the end and gives the version's name.</summary>
    public async Task<string> TrainAsync(string dataset, int epochs = 20, int seed = 42) =>
        (await UntilAsync(await QueueAsync(dataset, epochs, seed), "succeeded")).GetProperty("version").GetString()!;

    /// <summary>Puts a new version in service, on every replica, so that there is something to predict with.</summary>
    public async Task<string> TrainAndActivateAsync()
    {
        var version = await TrainAsync(await UploadSampleAsync());
        Assert.True((await ActivateAsync(version)).Succeeded);
        foreach (var replica in Replicas())
        {
            await Poll.UntilAsync(async () => await ServesAsync(replica), $"{replica.Name} to follow");
        }

        return version;
    }

    /// <summary>Not recorded: before there is anything to predict with, nothing is promised.</summary>
    private async Task<bool> ServesAsync(Member replica)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(replica.Address!, "/model/predict"))
        {
            Content = Json(new { HbA1c = 6.1, AGE = 54, BMI = 29.5, Gender = "F" }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await fleet.Token.GetAsync(Http, replica.Address!, null));
        using var answer = await Http.SendAsync(request);
        return answer.IsSuccessStatusCode;
    }

    public static string NewName() => $"{Guid.NewGuid():N}.csv";

    public static string NewTag() => Guid.NewGuid().ToString("N");

    public static string Sample(int rows, int seed = 1)
    {
        using var csv = new MemoryStream();
        SampleCsv.Write(csv, rows, seed);
        return Encoding.UTF8.GetString(csv.ToArray());
    }

    private List<Member> Replicas()
    {
        if (preferred is not null)
        {
            return [preferred];
        }

        var ready = fleet.Members.Where(m => m is { IsApi: true, Address: not null }).ToList();
        var first = ready.Count == 0 ? 0 : (Interlocked.Increment(ref _turn) & int.MaxValue) % ready.Count;
        return [.. ready.Skip(first), .. ready.Take(first)];
    }

    private async Task<Entry> AskAsync(
        Question question, HttpMethod method, string path, Func<HttpContent>? content, bool repeatable = false, string? key = null)
    {
        var replicas = Replicas();
        for (var i = 0; i < replicas.Count; i++)
        {
            if (replicas[i].Address is not { } address)
            {
                continue;
            }

            var last = !repeatable || i == replicas.Count - 1;
            var entry = await AskOneAsync(question, replicas[i].Name, address, method, path, content, key, last);
            fleet.History.Add(entry);
            if (entry.Final)
            {
                return entry;
            }
        }

        var now = DateTime.UtcNow;
        var nobody = new Entry(question, "nobody", now, now, null);
        fleet.History.Add(nobody);
        return nobody;
    }

    private async Task<Entry> AskOneAsync(
        Question question, string replica, Uri address, HttpMethod method, string path, Func<HttpContent>? content, string? key, bool last)
    {
        var asked = DateTime.UtcNow;
        try
        {
            var token = await fleet.Token.GetAsync(Http, address, null);
            using var answer = await SendAsync(token);
            if (answer.StatusCode != HttpStatusCode.Unauthorized)
            {
                return await ReadAsync(question, replica, asked, answer);
            }

            asked = DateTime.UtcNow;
            using var again = await SendAsync(await fleet.Token.GetAsync(Http, address, token));
            return await ReadAsync(question, replica, asked, again);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or TaskCanceledException)
        {
            return new Entry(question, replica, asked, DateTime.UtcNow, null, Final: last);
        }

        async Task<HttpResponseMessage> SendAsync(string token)
        {
            using var request = new HttpRequestMessage(method, new Uri(address, path)) { Content = content?.Invoke() };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            if (key is not null)
            {
                request.Headers.Add("Idempotency-Key", key);
            }

            return await Http.SendAsync(request);
        }
    }

    private static async Task<Entry> ReadAsync(Question question, string replica, DateTime asked, HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        return new Entry(
            question, replica, asked, DateTime.UtcNow, (int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, Parse(text),
                answer.Headers.RetryAfter is not null);
    }

    /// <summary>With the members' names as they are.</summary>
    private static JsonContent Json<T>(T value) => JsonContent.Create(value, options: JsonSerializerOptions.Default);

    private static JsonElement? Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
