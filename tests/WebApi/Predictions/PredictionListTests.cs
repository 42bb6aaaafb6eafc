using System.Globalization;
using System.Net;
using System.Text.Json;

namespace ModelOps.WebApi.Tests.Predictions;

[Collection(ModelsGroup.Name)]
public sealed class PredictionListOnSqliteTests(ModelsFixture service) : PredictionListTests(service);

[Collection(PostgreSqlModelsGroup.Name)]
public sealed class PredictionListOnPostgreSqlTests(PostgreSqlModelsFixture service) : PredictionListTests(service.Required());

public abstract class PredictionListTests(ModelsFixture service) : IAsyncLifetime
{
    private readonly string _reference = $"MRN {Guid.NewGuid():N}";

    public Task InitializeAsync() => service.Admin.ActivateAsync(service.Versions[0]);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task List_ByReference_FindsThePredictionsMadeWithIt()
    {
        var first = await PredictAsync(5.1, _reference);
        var second = await PredictAsync(9.3, $"  {_reference.ToUpperInvariant()} ");
        await PredictAsync(6.1, _reference + "0");

        var found = await UntilFoundAsync(2);

        Shape.AllAre(
            JsonSerializer.SerializeToElement(found),
            "prediction_id:string created_at:time version:string prediction:string probabilities:object has_reference:bool confirmed:object?");
        Assert.Equal([second, first], found.Select(Id));
        Assert.All(found, p => Assert.Equal(
            (service.Versions[0], true), (p.GetProperty("version").GetString(), p.GetProperty("has_reference").GetBoolean())));
        Assert.Empty(await FindAsync($"reference={Uri.EscapeDataString(_reference[..^1])}"));
    }

    [Fact]
    public async Task List_OfOnesThatWaitAndAreConfirmed_FollowsTheDiagnosis()
    {
        var id = await PredictAsync(7.7, _reference);
        await UntilFoundAsync(1);
        var mine = $"reference={Uri.EscapeDataString(_reference)}";
        Assert.Equal([id], (await FindAsync($"{mine}&confirmed=false")).Select(Id));
        Assert.Empty(await FindAsync($"{mine}&confirmed=true"));

        using (var label = await service.Admin.PostTextAsync($"/predictions/{id}/label", """{"CLASS": "Y", "source": "lab"}"""))
        {
            Assert.Equal(HttpStatusCode.OK, label.StatusCode);
        }

        var confirmed = Assert.Single(await FindAsync($"{mine}&confirmed=true")).GetProperty("confirmed");
        Shape.Is(confirmed, "CLASS:string source:string at:time by:string");
        Assert.Equal(
            ["Diabetes", "lab", ServiceFixture.AdminEmail],
            new[] { "CLASS", "source", "by" }.Select(name => confirmed.GetProperty(name).GetString()));
        Assert.Empty(await FindAsync($"{mine}&confirmed=false"));
    }

    [Fact]
    public async Task Correct_OfARecordedDiagnosis_ChangesItsRecordAndKeepsTheEarlierOne()
    {
        var id = await PredictAsync(7.7, _reference);
        await UntilFoundAsync(1);
        using (var early = await CorrectAsync(id, "P", "too early"))
        {
            await early.ProblemAsync(409, "not_labelled");
        }

        using (var label = await service.Admin.PostTextAsync($"/predictions/{id}/label", """{"CLASS": "Y", "source": "lab"}"""))
        {
            Assert.Equal(HttpStatusCode.OK, label.StatusCode);
        }

        using var corrected = await CorrectAsync(id, "P", "The laboratory mixed up two samples.");

        Assert.Equal(HttpStatusCode.OK, corrected.StatusCode);
        Assert.Equal("Prediabetes", (await corrected.JsonAsync()).GetProperty("CLASS").GetString());
        var shown = Assert.Single(await FindAsync($"reference={Uri.EscapeDataString(_reference)}&confirmed=true"));
        Assert.Equal("Prediabetes", shown.GetProperty("confirmed").GetProperty("CLASS").GetString());
        var records = (await service.Admin.JsonAsync("/records?limit=1&source=lab")).GetProperty("records")[0];
        var record = await service.Admin.JsonAsync($"/records/{records.GetProperty("id")}");
        Assert.Equal("Prediabetes", record.GetProperty("CLASS").GetString());
        var kept = Assert.Single(record.GetProperty("corrections").EnumerateArray());
        Assert.Equal(
            ["Diabetes", "Prediabetes", "The laboratory mixed up two samples.", ServiceFixture.AdminEmail],
            new[] { "from", "to", "reason", "corrected_by" }.Select(name => kept.GetProperty(name).GetString()));
    }

    [Theory]
    [InlineData("""{"CLASS": "P"}""", "reason")]
    [InlineData("""{"CLASS": "P", "reason": " "}""", "reason")]
    [InlineData("""{"CLASS": "Q", "reason": "x"}""", "CLASS")]
    public async Task Correct_WithoutWhatItNeeds_Is400(string body, string field)
    {
        using var response = await service.Admin.PatchAsync(
            $"/predictions/{Guid.CreateVersion7()}/label", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        var problem = await response.ProblemAsync(400, "validation_failed");
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
    }

    [Fact]
    public async Task Correct_OfNoPrediction_Is404()
    {
        using var response = await CorrectAsync(Guid.CreateVersion7().ToString(), "P", "x");

        await response.ProblemAsync(404, "prediction_not_found");
    }

    [Fact]
    public async Task List_WithFilters_HasWhatFitsAndPagesThroughIt()
    {
        for (var i = 0; i < 5; i++)
        {
            await PredictAsync(5 + (i * 0.5), _reference);
        }

        var all = await UntilFoundAsync(5);
        var mine = $"reference={Uri.EscapeDataString(_reference)}";
        List<string> paged = [];
        string? cursor = null;
        do
        {
            var page = await service.Admin.JsonAsync($"/predictions?{mine}&limit=2{(cursor is null ? "" : $"&cursor={cursor}")}");
            paged.AddRange(page.GetProperty("predictions").EnumerateArray().Select(Id));
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);

        Assert.Equal(all.Select(Id), paged);
        var classes = all.CountBy(p => p.GetProperty("prediction").GetString()!);
        foreach (var (name, count) in classes)
        {
            Assert.Equal(count, (await FindAsync($"{mine}&class={name}")).Length);
        }

        Assert.Equal(5, (await FindAsync($"{mine}&version={service.Versions[0]}")).Length);
        Assert.Empty(await FindAsync($"{mine}&version={service.Versions[1]}"));
        var now = DateTime.UtcNow;
        Assert.Equal(5, (await FindAsync($"{mine}&from={Text(now.AddMinutes(-5))}&to={Text(now.AddMinutes(5))}")).Length);
        Assert.Empty(await FindAsync($"{mine}&to={Text(now.AddMinutes(-5))}"));
        Assert.Empty(await FindAsync($"{mine}&from={Text(now.AddMinutes(5))}"));
    }

    [Fact]
    public async Task Batch_WithReferences_KeepsEachWithItsRow()
    {
        var row = Api.Patient(6.4);
        using var response = await service.Admin.PostTextAsync(
            "/model/predict/batch", $$"""{"rows": [{{row}}, {{row[..^1]}}, "reference": "{{_reference}}"}]}""");
        var ids = (await response.JsonAsync()).GetProperty("predictions").EnumerateArray().Select(Id).ToArray();

        Assert.Equal([ids[1]], (await UntilFoundAsync(1)).Select(Id));
    }

    [Theory]
    [InlineData("version=..%2f", "version")]
    [InlineData("class=Q", "CLASS")]
    [InlineData("confirmed=maybe", "confirmed")]
    [InlineData("from=yesterday", "from")]
    [InlineData("to=2026-13-01", "to")]
    [InlineData("reference=%00", "reference")]
    [InlineData("cursor=MTI", "cursor")]
    [InlineData("limit=0", "limit")]
    public async Task List_WithAFilterThatCannotBe_Is400(string query, string field)
    {
        using var response = await service.Admin.GetAsync($"/predictions?{query}");

        var problem = await response.ProblemAsync(400, "validation_failed");
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
    }

    [Fact]
    public async Task Predict_WithAReferenceThatIsTooLong_Is400AndDoesNotRepeatIt()
    {
        var reference = new string('q', 101);
        using var response = await service.Admin.PostTextAsync("/model/predict", $$"""{{Api.Patient(6)[..^1]}}, "reference": "{{reference}}"}""");

        var problem = await response.ProblemAsync(400, "validation_failed");
        Assert.True(problem.GetProperty("errors").TryGetProperty("reference", out _));
        Assert.DoesNotContain(reference, problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_ByAClinicianAndAUser_IsGivenAndRefused()
    {
        var clinician = await service.CreateUserAsync("CLINICIAN");
        using var confirming = await service.SignedInAsync(clinician.Email, ServiceFixture.UserPassword);
        using var user = await service.UserAsync();

        using var given = await confirming.GetAsync("/predictions");
        using var refused = await user.GetAsync("/predictions");

        Assert.Equal(HttpStatusCode.OK, given.StatusCode);
        await refused.ProblemAsync(403, "forbidden");
    }

    private Task<HttpResponseMessage> CorrectAsync(string id, string outcome, string reason) => service.Admin.PatchAsync(
        $"/predictions/{id}/label",
        new StringContent($$"""{"CLASS": "{{outcome}}", "reason": "{{reason}}"}""", System.Text.Encoding.UTF8, "application/json"));

    private static string Text(DateTime time) => Uri.EscapeDataString(time.ToString("O", CultureInfo.InvariantCulture));

    private static string Id(JsonElement prediction) => prediction.GetProperty("prediction_id").GetString()!;

    private async Task<string> PredictAsync(double hba1c, string reference)
    {
        using var response = await service.Admin.PostTextAsync("/model/predict", $$"""{{Api.Patient(hba1c)[..^1]}}, "reference": "{{reference}}"}""");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return Id(await response.JsonAsync());
    }

    private async Task<JsonElement[]> FindAsync(string query) =>
        [.. (await service.Admin.JsonAsync($"/predictions?{query}")).GetProperty("predictions").EnumerateArray()];

    /// <summary>Predictions are written beside their answers.</summary>
    private async Task<JsonElement[]> UntilFoundAsync(int count)
    {
        JsonElement[] found = [];
        await Api.UntilAsync(
            async () => (found = await FindAsync($"reference={Uri.EscapeDataString(_reference)}")).Length == count, $"{count} predictions");
        return found;
    }
}
