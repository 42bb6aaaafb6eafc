using System.Globalization;
using System.Net;
using System.Net.Http.Json;

namespace ModelOps.WebApi.Tests.Training;

[Collection(ModelsGroup.Name)]
public sealed class RetrainOnSqliteTests(ModelsFixture service) : RetrainTests(service);

[Collection(PostgreSqlModelsGroup.Name)]
public sealed class RetrainOnPostgreSqlTests(PostgreSqlModelsFixture service) : RetrainTests(service.Required());

public abstract class RetrainTests(ModelsFixture service)
{
    private const string MetricMembers = "accuracy:number f1_score:number precision:number recall:number loss:number";

    [Theory]
    [InlineData("epochs", "0")]
    [InlineData("epochs", "-1")]
    [InlineData("epochs", "10001")]
    [InlineData("epochs", "1000000000")]
    [InlineData("epochs", "10000000000")]
    [InlineData("epochs", "1.5")]
    [InlineData("epochs", "\"190\"")]
    [InlineData("epochs", "null")]
    [InlineData("learning_rate", "0")]
    [InlineData("learning_rate", "-1")]
    [InlineData("learning_rate", "1.0001")]
    [InlineData("learning_rate", "1e-7")]
    [InlineData("learning_rate", "1e400")]
    [InlineData("learning_rate", "\"NaN\"")]
    [InlineData("hidden_size", "0")]
    [InlineData("hidden_size", "1025")]
    [InlineData("hidden_size", "1000000000")]
    [InlineData("batch_size", "1")]
    [InlineData("batch_size", "4097")]
    [InlineData("seed", "-1")]
    [InlineData("seed", "2147483648")]
    [InlineData("use_database", "\"yes\"")]
    [InlineData("use_database", "null")]
    [InlineData("dataset_name", "7")]
    [InlineData("dataset_name", "\"../../etc/passwd\"")]
    [InlineData("dataset_name", "\"..\\\\x.csv\"")]
    [InlineData("dataset_name", "\"/tmp/x.csv\"")]
    [InlineData("dataset_name", "\"\"")]
    [InlineData("epoch", "5")]
    [InlineData("idempotency_key", "\"x\"")]
    public async Task Retrain_WhenAMemberIsWrong_Is400AndNamesIt(string member, string value)
    {
        var jobs = await JobCountAsync();
        using var response = await service.Admin.PostTextAsync("/model/retrain", $$"""{"dataset_name": "x.csv", "{{member}}": {{value}}}""".Replace(
            member == "dataset_name" ? "\"dataset_name\": \"x.csv\", " : "\n", "", StringComparison.Ordinal));

        var problem = await response.ProblemAsync(400, "validation_failed");
        Assert.Equal([member], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name));
        Assert.Equal(jobs, await JobCountAsync());
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("{\"epochs\": 5,}")]
    [InlineData("{\"epochs\": 0x5}")]
    public async Task Retrain_WhenTheBodyIsNoJsonObject_Is400(string body)
    {
        using var response = await service.Admin.PostTextAsync("/model/retrain", body);
        await response.ProblemAsync(400, "invalid_json");
    }

    [Fact]
    public async Task Retrain_WhenTheBodyIsNestedTooDeep_Is400()
    {
        using var response = await service.Admin.PostTextAsync(
            "/model/retrain", $$"""{"dataset_name": {{new string('[', 100)}}{{new string(']', 100)}}}""");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Retrain_WhenTheBodyIsAnArray_Is400()
    {
        using var response = await service.Admin.PostTextAsync("/model/retrain", "[]");
        await response.ProblemAsync(400, "validation_failed");
    }

    [Fact]
    public async Task Retrain_WhenTheBodyHas10Megabytes_Is413()
    {
        using var response = await service.Admin.PostTextAsync("/model/retrain", $$"""{"dataset_name": "{{new string('x', 10_000_000)}}"}""");
        await response.ProblemAsync(413, "payload_too_large");
    }

    [Fact]
    public async Task Retrain_WithoutDatabaseAndDataset_Is400()
    {
        using var response = await service.Admin.PostTextAsync("/model/retrain", """{"use_database": false}""");
        var problem = await response.ProblemAsync(400, "validation_failed");
        Assert.True(problem.GetProperty("errors").TryGetProperty("dataset_name", out _));
    }

    [Fact]
    public async Task Retrain_WhenTheDatasetIsUnknown_Is404()
    {
        using var response = await service.Admin.PostTextAsync("/model/retrain", """{"use_database": false, "dataset_name": "nobody-has-this.csv"}""");
        await response.ProblemAsync(404, "dataset_not_found");
    }

    [Fact]
    public async Task Retrain_WhenTheDatasetIsTooSmall_Is422WithBothNumbers()
    {
        var name = Api.NewName();
        using var upload = await service.Admin.UploadAsync(name, Api.Sample(9));
        Assert.Equal(HttpStatusCode.Created, upload.StatusCode);

        using var response = await service.Admin.PostAsJsonAsync("/model/retrain", new { use_database = false, dataset_name = name });

        var detail = (await response.ProblemAsync(422, "not_enough_records")).GetProperty("detail").GetString()!;
        Assert.Matches(@"\b9\b", detail);
        Assert.Matches(@"\b10\b", detail);
    }

    [Fact]
    public async Task Retrain_WhenThereIsOneClass_Is422()
    {
        var name = Api.NewName();
        var rows = Enumerable.Range(0, 20).Select(i => string.Create(CultureInfo.InvariantCulture, $"{5 + i * 0.01},50,25,F,N\n"));
        using var upload = await service.Admin.UploadAsync(name, Api.Header + string.Concat(rows));
        Assert.Equal(HttpStatusCode.Created, upload.StatusCode);

        using var response = await service.Admin.PostAsJsonAsync("/model/retrain", new { use_database = false, dataset_name = name });

        await response.ProblemAsync(422, "not_enough_classes");
    }

    [Fact]
    public async Task Retrain_WithPreferWait_AnswersTheFinishedTraining()
    {
        using var response = await service.Admin.PostTextAsync(
            "/model/retrain", $$"""{"use_database": false, "dataset_name": "{{service.Dataset}}", "epochs": 2}""", ("Prefer", "wait=60"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["wait=60"], response.Headers.GetValues("Preference-Applied"));
        var answer = await response.JsonAsync();
        Shape.Is(answer, "success:bool message:string version:string metrics:object training_time:number job_id:string");
        Shape.Is(answer.GetProperty("metrics"), MetricMembers);
        Assert.True(answer.GetProperty("success").GetBoolean());
        var job = await service.Admin.JobAsync(answer.GetProperty("job_id").GetString()!);
        Assert.Equal(answer.GetProperty("version").GetString(), job.GetProperty("version").GetString());
        Assert.Equal(answer.GetProperty("metrics").ToString(), job.GetProperty("metrics").ToString());

        // What wasn't named has the contract's defaults.
        var parameters = job.GetProperty("parameters");
        Shape.Is(parameters, "epochs:number batch_size:number learning_rate:number hidden_size:number seed:number");
        Assert.Equal(
            ["2", "64", "0.001", "64", "42"],
            ((string[])["epochs", "batch_size", "learning_rate", "hidden_size", "seed"])
                .Select(name => parameters.GetProperty(name).ToString()));
    }

    [Fact]
    public async Task Retrain_WithAWaitThatIsTooShort_Is202()
    {
        using var response = await service.Admin.PostTextAsync(
            "/model/retrain", $$"""{"use_database": false, "dataset_name": "{{service.Dataset}}", "epochs": 10000, "batch_size": 2}""", ("Prefer", "wait=1"));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.False(response.Headers.Contains("Preference-Applied"));
        var job = (await response.JsonAsync()).GetProperty("job_id").GetString()!;
        Assert.Equal($"/model/jobs/{job}", response.Headers.Location?.OriginalString);
        await service.Admin.CancelAsync(job);
        await service.Admin.WaitForAsync(job, "cancelled");
    }

    [Fact]
    public async Task Retrain_WhenTheTrainingFailsWhileSomebodyWaits_AnswersItsProblem()
    {
        var dataset = await service.Admin.SampleDatasetAsync(50);
        var blocking = await service.Admin.QueueAsync(service.Dataset, epochs: 10_000, batch: 2);
        var waiting = service.Admin.PostTextAsync(
            "/model/retrain", $$"""{"use_database": false, "dataset_name": "{{dataset}}", "epochs": 7}""", ("Prefer", "wait=60"));
        await Api.UntilAsync(
            async () => (await service.Admin.JsonAsync("/model/jobs?limit=1")).GetProperty("jobs")[0].GetProperty("epochs")
                .GetInt32() == 7, "the second job");
        var second = (await service.Admin.JsonAsync("/model/jobs?limit=1")).GetProperty("jobs")[0].GetProperty("job_id").GetString()!;
        using var deleted = await service.Admin.DeleteAsync($"/model/datasets/{dataset}");
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        await service.Admin.CancelAsync(blocking);

        using var response = await waiting;

        await response.ProblemAsync(404, "dataset_not_found");
        var failed = await service.Admin.WaitForAsync(second, "failed");
        Shape.Is(failed.GetProperty("error"), "code:string detail:string");
        Assert.Equal("dataset_not_found", failed.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("null", failed.GetProperty("version").GetRawText());
    }

    [Fact]
    public async Task Retrain_WithTheSameKeyTwentyTimesAtOnce_IsOneJob()
    {
        var key = $"key-{Guid.NewGuid():N}";
        var body = $$"""{"use_database": false, "dataset_name": "{{service.Dataset}}", "epochs": 1, "hidden_size": 4}""";
        var before = await JobCountAsync();

        var responses = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(_ => service.Admin.PostTextAsync("/model/retrain", body, ("Idempotency-Key", key))));

        var jobs = new HashSet<string>();
        foreach (var response in responses)
        {
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
            jobs.Add((await response.JsonAsync()).GetProperty("job_id").GetString()!);
            response.Dispose();
        }

        var job = Assert.Single(jobs);
        Assert.Equal(before + 1, await JobCountAsync());
        await service.Admin.WaitForAsync(job, "succeeded");
        using var later = await service.Admin.PostTextAsync("/model/retrain", body, ("Idempotency-Key", key));
        Assert.Equal(job, (await later.JsonAsync()).GetProperty("job_id").GetString());
        using var other = await service.Admin.PostTextAsync("/model/retrain", body.Replace("1,", "2,", StringComparison.Ordinal),
            ("Idempotency-Key", key));
        await other.ProblemAsync(422, "idempotency_key_reused");
    }

    [Theory]
    [InlineData("has a blank")]
    [InlineData("tab\there")]
    [InlineData("")]
    public async Task Retrain_WhenTheKeyIsBad_Is400(string key)
    {
        using var response = await service.Admin.PostTextAsync(
            "/model/retrain", $$"""{"use_database": false, "dataset_name": "{{service.Dataset}}"}""", ("Idempotency-Key", key));
        var problem = await response.ProblemAsync(400, "validation_failed");
        Assert.True(problem.GetProperty("errors").TryGetProperty("Idempotency-Key", out _));
    }

    [Fact]
    public async Task Retrain_WhenTheKeyIsTooLong_Is400()
    {
        using var response = await service.Admin.PostTextAsync("/model/retrain", "{}", ("Idempotency-Key", new string('k', 101)));
        await response.ProblemAsync(400, "validation_failed");
    }

    [Fact]
    public async Task Retrain_TwiceAtOnce_GivesTwoNames()
    {
        var jobs = await Task.WhenAll(service.Admin.QueueAsync(service.Dataset, 1, 4), service.Admin.QueueAsync(service.Dataset, 1, 4, 43));
        var first = await service.Admin.WaitForAsync(jobs[0], "succeeded");
        var second = await service.Admin.WaitForAsync(jobs[1], "succeeded");
        Assert.NotEqual(first.GetProperty("version").GetString(), second.GetProperty("version").GetString());
    }

    private async Task<int> JobCountAsync()
    {
        var count = 0;
        string? cursor = null;
        do
        {
            var page = await service.Admin.JsonAsync($"/model/jobs?limit=200{(cursor is null ? "" : $"&cursor={cursor}")}");
            count += page.GetProperty("jobs").GetArrayLength();
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);
        return count;
    }
}
