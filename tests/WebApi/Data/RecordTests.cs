using System.Net;

namespace ModelOps.WebApi.Tests.Data;

public sealed class RecordTests(ServiceFixture service) : IClassFixture<ServiceFixture>, IAsyncLifetime
{
    private HttpClient _admin = null!;

    public async Task InitializeAsync() => _admin = await service.AdminAsync();

    public Task DisposeAsync()
    {
        _admin.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Add_OfOneOrMany_CountsThem()
    {
        var before = await LabelledAsync();

        using var one = await _admin.PostTextAsync("/records", Api.Record(5.1, "N"));
        Assert.Equal(HttpStatusCode.Created, one.StatusCode);
        Shape.Is(await one.JsonAsync(), "created:number already_known:number");
        using var two = await _admin.PostTextAsync("/records", $"[{Api.Record(6.1, "Prediabetes")}, {Api.Record(8, "y")}]");
        Assert.Equal(2, (await two.JsonAsync()).GetProperty("created").GetInt32());

        var summary = await _admin.JsonAsync("/records/summary");
        Shape.Is(summary, "records:number labelled:number by_class:object minimum_required:number enough:bool reads_source:bool");
        Shape.Is(summary.GetProperty("by_class"), "Negative:number Prediabetes:number Diabetes:number");
        Assert.Equal(before + 3, await LabelledAsync());
        Assert.Equal(10, summary.GetProperty("minimum_required").GetInt32());
    }

    [Theory]
    [InlineData("[]", "records")]
    [InlineData("[null]", "records[0]")]
    [InlineData("{\"HbA1c\": 5, \"AGE\": 40, \"BMI\": 25, \"Gender\": \"M\"}", "CLASS")]
    [InlineData("{\"HbA1c\": 5, \"AGE\": 131, \"BMI\": 25, \"Gender\": \"M\", \"CLASS\": \"N\"}", "records[0].AGE")]
    [InlineData("{\"HbA1c\": 5, \"AGE\": 40, \"BMI\": 25, \"Gender\": \"M\", \"CLASS\": \"maybe\"}", "records[0].CLASS")]
    [InlineData("{\"HbA1c\": 5, \"AGE\": 40, \"BMI\": 25, \"Gender\": \"M\", \"CLASS\": \"N\", \"name\": \"ann\"}", "name")]
    public async Task Add_WhenOneIsWrong_AddsNone(string body, string field)
    {
        var before = await LabelledAsync();
        var mixed = body.StartsWith('{') && field.Contains("records[0]", StringComparison.Ordinal)
            ? $"[{Api.Record(5, "N")}, {body}]"
            : body;
        using var response = await _admin.PostTextAsync("/records", mixed);

        var problem = await response.ProblemAsync(400, "validation_failed");
        Assert.Equal([mixed == body ? field : field.Replace("[0]", "[1]", StringComparison.Ordinal)], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name));
        Assert.Equal(before, await LabelledAsync());
    }

    [Fact]
    public async Task Add_OfAThousandAndOne_IsRefused()
    {
        using var response = await _admin.PostTextAsync("/records", $"[{string.Join(',', Enumerable.Repeat(Api.Record(5, "N"), 1_001))}]");

        await response.ProblemAsync(400, "validation_failed");
    }

    [Fact]
    public async Task Add_WithOneKey_AddsOnce()
    {
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());
        var before = await LabelledAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _admin.PostTextAsync("/records", Api.Record(5.5, "N"), key)));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Created, a.StatusCode));
        Assert.Equal(before + 1, await LabelledAsync());

        using var other = await _admin.PostTextAsync("/records", Api.Record(5.6, "N"), key);
        await other.ProblemAsync(422, "idempotency_key_reused");
        using var empty = await _admin.PostTextAsync("/records", Api.Record(5.6, "N"), ("Idempotency-Key", ""));
        Assert.True((await empty.ProblemAsync(400, "validation_failed")).GetProperty("errors").TryGetProperty("Idempotency-Key", out _));
    }

    [Fact]
    public async Task Import_OfAFile_AddsItsUsableRows()
    {
        var before = await LabelledAsync();
        using var response = await _admin.UploadAsync("records.csv", System.Text.Encoding.UTF8.GetBytes(Api.Sample(50) + "x,1,1,1,1\n"), address: "/records/import");

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var answer = await response.JsonAsync();
        Shape.Is(answer, "success:bool message:string created:number rejected:number problems:array duplicates:number class_counts:object warnings:array conversions:array encoding:string separator:string header_line:number already_known:number already_in_records:number import_id:number");
        Assert.Equal((50, 1), (answer.GetProperty("created").GetInt32(), answer.GetProperty("rejected").GetInt32()));
        Assert.Equal(before + 50, await LabelledAsync());

        using var strict = await _admin.UploadAsync("records.csv", System.Text.Encoding.UTF8.GetBytes(Api.Sample(50) + "x,1,1,1,1\n"), "?strict=true", "/records/import");
        await strict.ProblemAsync(400, "invalid_dataset");
        Assert.Equal(before + 50, await LabelledAsync());
    }

    private async Task<int> LabelledAsync() => (await _admin.JsonAsync("/records/summary")).GetProperty("labelled").GetInt32();
}
