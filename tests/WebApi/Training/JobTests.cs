using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace ModelOps.WebApi.Tests.Training;

[Collection(ModelsGroup.Name)]
public sealed class JobOnSqliteTests(ModelsFixture service) : JobTests(service);

[Collection(PostgreSqlModelsGroup.Name)]
public sealed class JobOnPostgreSqlTests(PostgreSqlModelsFixture service) : JobTests(service.Required());

public abstract class JobTests(ModelsFixture service)
{
    private const string ListMembers =
        """
        job_id:string status:string epoch:number epochs:number progress:number eta_seconds:number? elapsed_seconds:number loss:number?
        version:string? metrics:object? training_time:number? parameters:object data:object attempt:number requested_by:string
        created_at:time started_at:time? finished_at:time? error:object? comparison:object? reproduction:object?
        """;

    private const string Members = ListMembers + " history:array";

    [Fact]
    public async Task Job_FromQueuedToTheEnd_ShowsItsProgress()
    {
        var id = await service.Admin.QueueAsync(service.Dataset, epochs: 400, hidden: 64, batch: 8);
        var (epoch, progress, seen) = (0, 0.0, new List<JsonElement>());

        var end = await service.Admin.PollAsync(id, job =>
        {
            Shape.Is(job, Members);
            Assert.True(job.GetProperty("epoch").GetInt32() >= epoch);
            Assert.True(job.GetProperty("progress").GetDouble() >= progress);
            epoch = job.GetProperty("epoch").GetInt32();
            progress = job.GetProperty("progress").GetDouble();
            seen.Add(job);
            return job.GetProperty("status").GetString() is not ("queued" or "running");
        });

        Assert.Equal("succeeded", Api.Status(end));
        Assert.Equal(JsonValueKind.Null, seen[0].GetProperty("eta_seconds").ValueKind);
        Assert.Contains(seen, job => Api.Status(job) == "running" && job.GetProperty("eta_seconds").ValueKind == JsonValueKind.Number);
        Assert.Contains(seen, job => Api.Status(job) == "running" && job.GetProperty("epoch").GetInt32() is > 0 and < 400);
        Assert.Equal(400, end.GetProperty("epoch").GetInt32());
        Assert.Equal(1, end.GetProperty("progress").GetDouble());
        Assert.Equal(1, end.GetProperty("attempt").GetInt32());
        Assert.Equal(ServiceFixture.AdminEmail, end.GetProperty("requested_by").GetString());
        Assert.Equal(JsonValueKind.Null, end.GetProperty("error").ValueKind);
        Shape.Is(end.GetProperty("data"), "source:string rows:number sha256:string from_source:object?");
        Assert.Equal(300, end.GetProperty("data").GetProperty("rows").GetInt32());
        Assert.Contains(service.Dataset, end.GetProperty("data").GetProperty("source").GetString(), StringComparison.Ordinal);
        Assert.Matches("^[0-9a-f]{64}$", end.GetProperty("data").GetProperty("sha256").GetString());
        Assert.InRange(end.GetProperty("training_time").GetDouble(), 0, end.GetProperty("elapsed_seconds").GetDouble());
        Shape.Is(end.GetProperty("metrics"), "accuracy:number f1_score:number precision:number recall:number loss:number");

        var history = end.GetProperty("history");
        Assert.InRange(history.GetArrayLength(), 2, 200);
        Shape.AllAre(history, "epoch:number loss:number validation_loss:number validation_f1:number");
        var epochs = history.EnumerateArray().Select(p => p.GetProperty("epoch").GetInt32()).ToArray();
        Assert.Equal(epochs.Distinct().Order(), epochs);
        // A training ends early when nothing improves any more.
        Assert.InRange(epochs[^1], 50, 400);
    }

    [Fact]
    public async Task Job_WithItsEntityTag_Is304UntilItChanges()
    {
        var id = await service.Admin.QueueAsync(service.Dataset, epochs: 10_000, batch: 2);
        await service.Admin.WaitForProgressAsync(id);
        using var running = await service.Admin.GetAsync($"/model/jobs/{id}");
        await service.Admin.CancelAsync(id);
        await service.Admin.WaitForAsync(id, "cancelled");

        using var changed = await service.Admin.GetAsync($"/model/jobs/{id}", ("If-None-Match", running.Headers.ETag!.ToString()));
        using var same = await service.Admin.GetAsync($"/model/jobs/{id}", ("If-None-Match", changed.Headers.ETag!.ToString()));
        using var oneOfMany = await service.Admin.GetAsync($"/model/jobs/{id}", ("If-None-Match", $"\"other\", {changed.Headers.ETag}"));
        using var weak = await service.Admin.GetAsync($"/model/jobs/{id}", ("If-None-Match", $"W/{changed.Headers.ETag}"));
        using var any = await service.Admin.GetAsync($"/model/jobs/{id}", ("If-None-Match", "*"));

        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.NotEqual(running.Headers.ETag, changed.Headers.ETag);
        Assert.All((HttpResponseMessage[])[same, oneOfMany, weak, any], response =>
            Assert.Equal(HttpStatusCode.NotModified, response.StatusCode));
        Assert.Empty(await same.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Cancel_WhenRunning_EndsWithinTwoSeconds()
    {
        // The quickest of three, because other tests take the processor at times.
        List<TimeSpan> took = [];
        while (took.Count < 3 && took.DefaultIfEmpty(TimeSpan.MaxValue).Min() >= TimeSpan.FromSeconds(2))
        {
            took.Add(await CancelAsync());
        }

        Assert.True(took.Min() < TimeSpan.FromSeconds(2), $"It took {string.Join(", ", took)}.");
    }

    private async Task<TimeSpan> CancelAsync()
    {
        var id = await service.Admin.QueueAsync(service.Dataset, epochs: 10_000, batch: 2);
        await service.Admin.WaitForProgressAsync(id);

        var clock = Stopwatch.StartNew();
        using var response = await service.Admin.PostAsync($"/model/jobs/{id}/cancel", null);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var answer = await response.JsonAsync();
        Shape.Is(answer, Members);
        Assert.Contains(Api.Status(answer), (string[])["cancelling", "cancelled"]);
        var end = await service.Admin.WaitForAsync(id, "cancelled");
        var elapsed = clock.Elapsed;

        Assert.Equal(JsonValueKind.Null, end.GetProperty("version").ValueKind);
        Assert.NotEqual(JsonValueKind.Null, end.GetProperty("finished_at").ValueKind);
        using var again = await service.Admin.PostAsync($"/model/jobs/{id}/cancel", null);
        await again.ProblemAsync(409, "job_already_finished");
        await Api.UntilAsync(
            () => Task.FromResult(!Directory.Exists(Path.Combine(service.DataDirectory, "jobs", Guid.Parse(id).ToString("N")))),
                "the working folder to go");
        return elapsed;
    }

    [Fact]
    public async Task Cancel_WhenQueued_EndsAtOnceAndNeverStarts()
    {
        var blocking = await service.Admin.QueueAsync(service.Dataset, epochs: 10_000, batch: 2);
        var queued = await service.Admin.QueueAsync(service.Dataset);
        var last = await service.Admin.QueueAsync(service.Dataset, epochs: 1);

        using var response = await service.Admin.PostAsync($"/model/jobs/{queued}/cancel", null);
        Assert.Equal("cancelled", Api.Status(await response.JsonAsync()));
        await service.Admin.CancelAsync(blocking);

        // Jobs run in their order, so the worker has passed over the cancelled one when the last has ended.
        await service.Admin.WaitForAsync(last, "succeeded");
        var end = await service.Admin.JobAsync(queued);
        Assert.Equal("cancelled", Api.Status(end));
        Assert.Equal(JsonValueKind.Null, end.GetProperty("started_at").ValueKind);
        Assert.Equal(0, end.GetProperty("attempt").GetInt32());
    }

    [Fact]
    public async Task Cancel_WhenSucceeded_Is409()
    {
        var job = (await service.Admin.JsonAsync($"/model/versions/{service.Versions[0]}")).GetProperty("job_id").GetString();
        using var response = await service.Admin.PostAsync($"/model/jobs/{job}/cancel", null);
        await response.ProblemAsync(409, "job_already_finished");
    }

    [Theory]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("1")]
    [InlineData("..%2f..%2fx")]
    [InlineData("'; drop table")]
    [InlineData("{00000000-0000-0000-0000-000000000000}")]
    public async Task Job_WhenUnknown_Is404(string id)
    {
        var address = $"/model/jobs/{Uri.EscapeDataString(id)}";
        using var job = await service.Admin.GetAsync(address);
        using var events = await service.Admin.GetAsync($"{address}/events");
        using var cancel = await service.Admin.PostAsync($"{address}/cancel", null);
        await job.ProblemAsync(404, "job_not_found");
        await events.ProblemAsync(404, "job_not_found");
        await cancel.ProblemAsync(404, "job_not_found");
    }

    [Fact]
    public async Task Events_UntilTheEnd_SendTheJobAsItIsPolled()
    {
        var id = await service.Admin.QueueAsync(service.Dataset, epochs: 30);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/model/jobs/{id}/events");
        using var response = await service.Admin.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);

        var text = await response.Content.ReadAsStringAsync();

        Assert.EndsWith("\n\n", text, StringComparison.Ordinal);
        var events = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.All(events, e => Assert.StartsWith("data: ", e, StringComparison.Ordinal));
        var jobs = events.Select(e => JsonDocument.Parse(e["data: ".Length..]).RootElement).ToArray();
        Assert.All(jobs, job => Shape.Is(job, Members));
        Assert.Equal("succeeded", Api.Status(jobs[^1]));
        Assert.Single(jobs, job => Api.Status(job) == "succeeded");
        Assert.Equal((await service.Admin.JobAsync(id)).ToString(), jobs[^1].ToString());
    }

    [Fact]
    public async Task Jobs_Listed_AreNewestFirstAndWithoutHistory()
    {
        var before = await service.Admin.QueueAsync(service.Dataset, epochs: 1, hidden: 4);
        var newest = await service.Admin.QueueAsync(service.Dataset, epochs: 1, hidden: 4);
        await service.Admin.WaitForAsync(newest, "succeeded");

        var list = await service.Admin.JsonAsync("/model/jobs");

        Shape.Is(list, "jobs:array next_cursor:string?");
        Shape.AllAre(list.GetProperty("jobs"), ListMembers);
        Assert.Equal(newest, list.GetProperty("jobs")[0].GetProperty("job_id").GetString());
        Assert.Equal(
            [newest, before],
            list.GetProperty("jobs").EnumerateArray().Select(j => j.GetProperty("job_id").GetString()).Where(id => id == newest || id == before));
    }

    [Fact]
    public async Task Jobs_OfOneStatus_AreNoOthers()
    {
        var list = await service.Admin.JsonAsync("/model/jobs?status=succeeded&limit=200");
        Assert.True(list.GetProperty("jobs").GetArrayLength() >= 3);
        Assert.All(list.GetProperty("jobs").EnumerateArray(), job => Assert.Equal("succeeded", Api.Status(job)));
        Assert.Equal(0, (await service.Admin.JsonAsync("/model/jobs?status=running")).GetProperty("jobs").GetArrayLength());
    }

    [Theory]
    [InlineData("done")]
    [InlineData("1")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("%20queued")]
    [InlineData("queued,running")]
    [InlineData("SUCCEEDED")]
    public async Task Jobs_OfAnUnknownStatus_Are400(string status)
    {
        using var response = await service.Admin.GetAsync($"/model/jobs?status={status}");
        var problem = await response.ProblemAsync(400, "validation_failed");
        Assert.True(problem.GetProperty("errors").TryGetProperty("status", out _));
    }
}
