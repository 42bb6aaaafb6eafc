using System.Net;
using System.Text;
using System.Text.Json;
using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests.Data;

public sealed class RecordManagementOnSqliteTests(RecordManagementOnSqliteTests.Fixture service)
    : RecordManagementTests(service), IClassFixture<RecordManagementOnSqliteTests.Fixture>
{
    public sealed class Fixture() : ServiceFixture(Provider.Sqlite);
}

public sealed class RecordManagementOnPostgreSqlTests(RecordManagementOnPostgreSqlTests.Fixture service)
    : RecordManagementTests(service.Required()), IClassFixture<RecordManagementOnPostgreSqlTests.Fixture>
{
    public sealed class Fixture() : ServiceFixture(Provider.PostgreSql);
}

/// <summary>What an administrator does with records and imports.</summary>
public abstract class RecordManagementTests(ServiceFixture service) : IAsyncLifetime
{
    private const string Item =
        """
        id:number HbA1c:number AGE:number BMI:number Gender:string CLASS:string source:string created_at:time created_by:string
        import_id:number? prediction_id:string? corrected_at:time? corrected_by:string?
        """;

    private HttpClient _admin = null!;

    public async Task InitializeAsync() => _admin = await service.AdminAsync();

    public Task DisposeAsync()
    {
        _admin.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task List_ShowsTheNewestFirst()
    {
        await AddAsync(Api.Record(5.1, "N"));
        await AddAsync(Api.Record(8.3, "Y", age: 61));

        var list = await _admin.JsonAsync("/records?limit=2");

        Shape.Is(list, "records:array next_cursor:string?");
        Shape.AllAre(list.GetProperty("records"), Item);
        var newest = list.GetProperty("records")[0];
        Assert.Equal((8.3, 61, 27, "F", "Diabetes", "registered", ServiceFixture.AdminEmail),
            (Number(newest, "HbA1c"), Number(newest, "AGE"), Number(newest, "BMI"), Text(newest, "Gender"), Text(newest, "CLASS"),
                Text(newest, "source"), Text(newest, "created_by")));
        Assert.Equal("Negative", Text(list.GetProperty("records")[1], "CLASS"));
    }

    [Fact]
    public async Task List_Filtered_ShowsOnlyThose()
    {
        var import = await ImportAsync(Api.Sample(30));
        await AddAsync(Api.Record(8.4, "Y"));
        var all = await ListAsync("limit=200");

        Assert.All(await ListAsync("class=y"), r => Assert.Equal("Diabetes", Text(r, "CLASS")));
        Assert.All(await ListAsync("source=imported"), r => Assert.Equal("imported", Text(r, "source")));
        Assert.Equal(30, (await ListAsync($"import={import}")).Length);
        Assert.Equal(Ids(all.Where(r => Text(r, "CLASS") == "Diabetes" && Text(r, "source") == "imported")),
            Ids(await ListAsync("class=Diabetes&source=imported&limit=200")));
        Assert.Empty(await ListAsync("source=lab"));
        Assert.Empty(await ListAsync("import=9223372036854775807"));
        var time = Text(all[0], "created_at");
        var since = all.Where(r => string.CompareOrdinal(Text(r, "created_at"), time) >= 0).ToArray();
        Assert.Equal(Ids(since), Ids(await ListAsync($"from={time}&limit=200")));
        Assert.Equal(Ids(all.Where(r => !since.Contains(r))), Ids(await ListAsync($"to={time}&limit=200")));
        Assert.Empty(await ListAsync("to=2020-01-01"));
        Assert.Equal(Ids(all), Ids(await ListAsync("from=2020-01-01&to=2999-12-31T00:00:00%2B02:00&limit=200")));
    }

    [Theory]
    [InlineData("class=maybe", "CLASS")]
    [InlineData("source=model", "source")]
    [InlineData("import=x", "import")]
    [InlineData("from=yesterday", "from")]
    [InlineData("to=2026-13-45", "to")]
    public async Task List_WhenAFilterIsWrong_SaysWhich(string query, string field)
    {
        using var response = await _admin.GetAsync($"/records?{query}");

        var problem = await response.ProblemAsync(400, "validation_failed");
        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name));
    }

    [Fact]
    public async Task Correct_KeepsWhoWhenAndWhy()
    {
        await AddAsync(Api.Record(6.6, "N"));
        var id = (await ListAsync("limit=1"))[0].GetProperty("id").GetInt64();

        using var first = await PatchAsync(id, """{"CLASS": "P", "reason": " a second measurement "}""");
        using var second = await PatchAsync(id, """{"CLASS": "Diabetes", "reason": "a third one"}""");
        using var same = await PatchAsync(id, """{"CLASS": "Y", "reason": "again"}""");

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK], [first.StatusCode, second.StatusCode, same.StatusCode]);
        var record = await _admin.JsonAsync($"/records/{id}");
        Shape.Is(record, $"{Item} corrections:array");
        Shape.AllAre(record.GetProperty("corrections"), "from:string to:string reason:string corrected_at:time corrected_by:string");
        Assert.Equal(record.ToString(), (await same.JsonAsync()).ToString());
        Assert.Equal("Diabetes", Text(record, "CLASS"));
        Assert.Equal(
            [("Prediabetes", "Diabetes", "a third one"), ("Negative", "Prediabetes", "a second measurement")],
            record.GetProperty("corrections").EnumerateArray().Select(c => (Text(c, "from"), Text(c, "to"), Text(c, "reason"))));
        Assert.All(record.GetProperty("corrections").EnumerateArray(),
            c => Assert.Equal(ServiceFixture.AdminEmail, Text(c, "corrected_by")));
        Assert.Equal(Text(record, "corrected_at"), Text((await ListAsync("limit=1"))[0], "corrected_at"));
    }

    [Theory]
    [InlineData("""{"CLASS": "maybe", "reason": "x"}""", "CLASS")]
    [InlineData("""{"CLASS": "N", "reason": " "}""", "reason")]
    [InlineData("""{"CLASS": "N"}""", "reason")]
    [InlineData("""{"CLASS": "N", "reason": "x", "HbA1c": 5}""", "HbA1c")]
    public async Task Correct_WhenABodyIsWrong_SaysWhat(string body, string field)
    {
        await AddAsync(Api.Record(6.6, "N"));
        var id = (await ListAsync("limit=1"))[0].GetProperty("id").GetInt64();

        using var response = await PatchAsync(id, body);

        var problem = await response.ProblemAsync(400, "validation_failed");
        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name));
        Assert.Empty((await _admin.JsonAsync($"/records/{id}")).GetProperty("corrections").EnumerateArray());
    }

    [Fact]
    public async Task Delete_RemovesTheRecordOnce()
    {
        await AddAsync(Api.Record(6.6, "N"));
        var id = (await ListAsync("limit=1"))[0].GetProperty("id").GetInt64();
        using var corrected = await PatchAsync(id, """{"CLASS": "P", "reason": "x"}""");
        var before = await LabelledAsync();

        using var deleted = await _admin.DeleteAsync($"/records/{id}");
        using var again = await _admin.DeleteAsync($"/records/{id}");

        Shape.Is(await deleted.JsonAsync(), "success:bool message:string");
        await again.ProblemAsync(404, "record_not_found");
        using var gone = await _admin.GetAsync($"/records/{id}");
        await gone.ProblemAsync(404, "record_not_found");
        Assert.Equal(before - 1, await LabelledAsync());
    }

    [Fact]
    public async Task Import_Twice_SaysWhatWasKnownAndCanBeWithdrawn()
    {
        var csv = Api.Sample(40, seed: 77);
        var before = await LabelledAsync();
        using var first = await _admin.UploadAsync("first.csv", Encoding.UTF8.GetBytes(csv), address: "/records/import");
        using var second = await _admin.UploadAsync("second.csv", Encoding.UTF8.GetBytes(csv), address: "/records/import");
        var (one, two) = (await first.JsonAsync(), await second.JsonAsync());
        var id = two.GetProperty("import_id").GetInt64();
        Assert.Equal((0, 40), (one.GetProperty("already_known").GetInt32(), two.GetProperty("already_known").GetInt32()));
        Assert.NotEqual(one.GetProperty("import_id").GetInt64(), id);

        var imports = await _admin.JsonAsync("/records/imports");
        Shape.AllAre(imports.GetProperty("imports"), "id:number filename:string records:number created_at:time created_by:string");
        var newest = imports.GetProperty("imports")[0];
        Assert.Equal((id, "second.csv", 40, ServiceFixture.AdminEmail),
            (newest.GetProperty("id").GetInt64(), Text(newest, "filename"), Number(newest, "records"), Text(newest, "created_by")));
        var import = await _admin.JsonAsync($"/records/imports/{id}");
        Shape.Is(import, "id:number filename:string records:number created_at:time created_by:string class_counts:object versions:array");
        Assert.Equal(40, import.GetProperty("class_counts").EnumerateObject().Sum(c => c.Value.GetInt32()));

        using var withdrawn = await _admin.DeleteAsync($"/records/imports/{id}");
        using var again = await _admin.DeleteAsync($"/records/imports/{id}");

        var answer = await withdrawn.JsonAsync();
        Shape.Is(answer, "deleted:number");
        Assert.Equal(40, answer.GetProperty("deleted").GetInt32());
        Assert.Equal(40, (await again.JsonAsync()).GetProperty("deleted").GetInt32());
        Assert.Equal(before + 40, await LabelledAsync());
        Assert.Empty(await ListAsync($"import={id}"));
        using var gone = await _admin.GetAsync($"/records/imports/{id}");
        await gone.ProblemAsync(404, "import_not_found");
    }

    [Fact]
    public async Task Import_OfADatasetsRows_SaysThatTheyWereThere()
    {
        var csv = Encoding.UTF8.GetBytes(Api.Sample(30, seed: 7_701));
        var name = $"{Guid.NewGuid():N}.csv";
        using var dataset = await _admin.UploadAsync(name, csv);
        using var import = await _admin.UploadAsync("same.csv", csv, address: "/records/import");
        using var again = await _admin.UploadAsync("same.csv", csv, address: "/records/import");

        Assert.Equal([(30, 0), (30, 30)], new[] { await import.JsonAsync(), await again.JsonAsync() }
            .Select(a => (a.GetProperty("already_known").GetInt32(), a.GetProperty("already_in_records").GetInt32())));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("99999999999999999999")]
    public async Task Unknown_IsNotFound(string id)
    {
        using var record = await _admin.GetAsync($"/records/{id}");
        await record.ProblemAsync(404, "record_not_found");
        using var import = await _admin.DeleteAsync($"/records/imports/{id}");
        await import.ProblemAsync(404, "import_not_found");
    }

    [Fact]
    public async Task Add_OfKnownOnes_SaysHowMany()
    {
        await AddAsync(Api.Record(9.125, "Y"));

        using var response = await _admin.PostTextAsync("/records", $"[{Api.Record(9.125, "Y")}, {Api.Record(9.126, "Y")}]");

        var answer = await response.JsonAsync();
        Assert.Equal((2, 1), (answer.GetProperty("created").GetInt32(), answer.GetProperty("already_known").GetInt32()));
    }

    private static long[] Ids(IEnumerable<JsonElement> records) => [.. records.Select(r => r.GetProperty("id").GetInt64())];

    private static string Text(JsonElement element, string member) => element.GetProperty(member).GetString()!;

    private static double Number(JsonElement element, string member) => element.GetProperty(member).GetDouble();

    private async Task AddAsync(string record)
    {
        using var response = await _admin.PostTextAsync("/records", record);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    private async Task<long> ImportAsync(string csv)
    {
        using var response = await _admin.UploadAsync("a.csv", Encoding.UTF8.GetBytes(csv), address: "/records/import");
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (await response.JsonAsync()).GetProperty("import_id").GetInt64();
    }

    private Task<HttpResponseMessage> PatchAsync(long id, string json) =>
        _admin.PatchAsync($"/records/{id}", new StringContent(json, Encoding.UTF8, "application/json"));

    private async Task<JsonElement[]> ListAsync(string query) =>
        [.. (await _admin.JsonAsync($"/records?{query}")).GetProperty("records").EnumerateArray()];

    private async Task<int> LabelledAsync() => (await _admin.JsonAsync("/records/summary")).GetProperty("labelled").GetInt32();
}
