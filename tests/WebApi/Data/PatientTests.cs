using System.Globalization;
using System.Net;
using System.Text.Json;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Application.Versions;
using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests.Data;

public sealed class PatientOnSqliteTests() : PatientTests(Provider.Sqlite);

public sealed class PatientOnPostgreSqlTests() : PatientTests(Provider.PostgreSql);

/// <summary>References to patients: kept as keyed hashes, forgotten on demand, and what versions say then.</summary>
public abstract class PatientTests(Provider provider)
{
    [Fact]
    public async Task Forget_OfAPatient_DeletesItsRecordsAloneAndVersionsSaySo()
    {
        await using var service = await ServiceFixture.StartAsync(provider, ("Logging:LogLevel:Default", "Trace"));
        using var admin = await service.AdminAsync();
        await AddAsync(admin, Enumerable.Range(0, 40).Select(i => Record(4 + (i * 0.2), i < 12 ? "N" : "Y", $"NHC {i / 2}")));
        await AddAsync(admin, [Record(5.1, "N", "nhc 3 "), Record(5.2, "N", reference: null), Record(5.3, "N", "")]);
        var version = await TrainAsync(admin);
        Assert.Equal(0, await DeletedAsync(admin, version));
        await AddAsync(admin, [Record(5.4, "N", "NHC 3")]);

        Assert.Equal(4, await ForgetAsync(admin, "NHC 3"));
        Assert.Equal(0, await ForgetAsync(admin, "NHC 3"));
        Assert.Equal(0, await ForgetAsync(admin, "nobody"));

        Assert.Equal(40, (await admin.JsonAsync("/records/summary")).GetProperty("labelled").GetInt32());

        // Three of the four were there when the version was made.
        Assert.Equal(3, await DeletedAsync(admin, version));
        Assert.Equal(0, await DeletedAsync(admin, await TrainAsync(admin)));
    }

    [Fact]
    public async Task Upload_WithReferences_KeepsTheRowsAloneAndTheyMakeAVersionAgain()
    {
        await using var service = await ServiceFixture.StartAsync(provider);
        using var admin = await service.AdminAsync();
        var lines = Api.Sample(200, seed: 3).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var csv = string.Join('\n', lines.Select((line, i) => i == 0 ? $"{line},patient_ref" : $"{line},REFERENCE-{i / 2}"));
        var name = Api.NewName();

        using var uploaded = await admin.UploadAsync(name, csv);
        Assert.Equal(HttpStatusCode.Created, uploaded.StatusCode);
        using var imported = await admin.UploadAsync(name, System.Text.Encoding.UTF8.GetBytes(csv), address: "/records/import");
        Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
        var version = await admin.TrainAsync(name);

        var data = service.Settings["ModelOps:DataDirectory"]!;
        Assert.Empty(Directory.GetFiles(Path.Combine(data, "datasets")));
        Assert.DoesNotContain(
            Directory.GetFiles(data, "*", SearchOption.AllDirectories).Where(file => !file.Contains("modelops.", StringComparison.Ordinal)),
            file => System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file)).Contains("REFERENCE", StringComparison.Ordinal));
        using var reproduction = await admin.PostAsync($"/model/versions/{version}/reproduce", null);
        var job = (await reproduction.JsonAsync()).GetProperty("job_id").GetString()!;
        Assert.True((await admin.WaitForAsync(job, "succeeded")).GetProperty("reproduction").GetProperty("equal").GetBoolean());

        // The first patient has the first sample row alone.
        Assert.Equal(1, await ForgetAsync(admin, "reference-0"));
        Assert.Equal(2, await ForgetAsync(admin, "reference-1"));
        Assert.Equal(0, await DeletedAsync(admin, version));
        using var deletion = await admin.DeleteAsync($"/model/datasets/{name}");
        Assert.Equal(HttpStatusCode.OK, deletion.StatusCode);
        Assert.Empty(Directory.GetFiles(Path.Combine(data, "rows")));
    }

    [Theory]
    [InlineData("{}", "patient_ref")]
    [InlineData("""{"patient_ref": null}""", "patient_ref")]
    [InlineData("""{"patient_ref": " "}""", "patient_ref")]
    [InlineData("""{"patient_ref": 17975}""", "patient_ref")]
    [InlineData("""{"patient_ref": "1", "reason": "x"}""", "reason")]
    public async Task Forget_WithoutAReference_IsRefused(string body, string field)
    {
        await using var service = await ServiceFixture.StartAsync(provider);
        using var admin = await service.AdminAsync();

        using var response = await admin.PostTextAsync("/records/forget", body);

        var problem = await response.ProblemAsync(400, "validation_failed");
        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name));
    }

    [Fact]
    public async Task Add_WithALongReference_IsRefusedWithoutIt()
    {
        await using var service = await ServiceFixture.StartAsync(provider);
        using var admin = await service.AdminAsync();
        await AddAsync(admin, [Record(5, "N", new string('7', 100))]);

        using var response = await admin.PostTextAsync("/records", $"[{Record(5, "N", "1")}, {Record(5, "N", new string('7', 101))}]");

        var problem = await response.ProblemAsync(400, "validation_failed");
        Assert.Equal(["records[1].patient_ref"], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name));
        Assert.DoesNotContain("7777777777", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_WithOneKeyAndAnotherReference_IsRefused()
    {
        await using var service = await ServiceFixture.StartAsync(provider);
        using var admin = await service.AdminAsync();
        var key = ("Idempotency-Key", "k");
        using var first = await admin.PostTextAsync("/records", Record(5, "N", "1"), key);
        using var again = await admin.PostTextAsync("/records", Record(5, "N", "1"), key);
        using var other = await admin.PostTextAsync("/records", Record(5, "N", "2"), key);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, again.StatusCode));
        await other.ProblemAsync(422, "idempotency_key_reused");
        Assert.Equal(1, (await admin.JsonAsync("/records/summary")).GetProperty("labelled").GetInt32());
    }

    [Fact]
    public async Task Rows_OfAVersion_WhenTheyWereRemoved_EndComparisonsAndReproductionsAlone()
    {
        await using var service = await ServiceFixture.StartAsync(provider);
        using var admin = await service.AdminAsync();
        var dataset = await admin.SampleDatasetAsync();
        var (old, later) = (await admin.TrainAsync(dataset, seed: 1), await admin.TrainAsync(dataset, seed: 2));
        await admin.ActivateAsync(old);
        Assert.Equal(JsonValueKind.Null, (await DataAsync(admin, old)).GetProperty("rows_removed_at").ValueKind);

        Assert.Equal(0, await RemoveRowsAsync(service, olderThanDays: 1));
        Assert.Equal(2, await RemoveRowsAsync(service, olderThanDays: 0));
        Assert.Equal(0, await RemoveRowsAsync(service, olderThanDays: 0));

        var folder = Path.Combine(service.Settings["ModelOps:DataDirectory"]!, "versions");
        Assert.Empty(Directory.GetFiles(folder, "rows.bin", SearchOption.AllDirectories));
        Assert.Equal(JsonValueKind.String, (await DataAsync(admin, old)).GetProperty("rows_removed_at").ValueKind);
        using var compared = await admin.GetAsync($"/model/compare?candidate={later}");
        await compared.ProblemAsync(409, "version_rows_removed");
        using var reproduced = await admin.PostAsync($"/model/versions/{old}/reproduce", null);
        await reproduced.ProblemAsync(409, "version_rows_removed");

        // Serving and activating go on, and a later training succeeds without a comparison.
        using var prediction = await admin.PostTextAsync("/model/predict", Api.Patient(7));
        Assert.Equal(HttpStatusCode.OK, prediction.StatusCode);
        await admin.ActivateAsync(later);
        var job = await admin.WaitForAsync(await admin.QueueAsync(dataset, seed: 3), "succeeded");
        Assert.Equal(JsonValueKind.Null, job.GetProperty("comparison").ValueKind);
    }

    private static string Record(double hba1c, string diagnosis, string? reference) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"HbA1c": {{hba1c}}, "AGE": 50, "BMI": 27, "Gender": "F", "CLASS": "{{diagnosis}}", "patient_ref": {{JsonSerializer.Serialize(reference)}}}""");

    private static async Task AddAsync(HttpClient admin, IEnumerable<string> records)
    {
        using var response = await admin.PostTextAsync("/records", $"[{string.Join(',', records)}]");
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    private static async Task<int> ForgetAsync(HttpClient admin, string reference)
    {
        using var response = await admin.PostTextAsync("/records/forget", $$"""{"patient_ref": "{{reference}}"}""");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = await response.JsonAsync();
        Shape.Is(answer, "deleted:number");
        return answer.GetProperty("deleted").GetInt32();
    }

    private static async Task<string> TrainAsync(HttpClient admin)
    {
        using var response = await admin.PostTextAsync("/model/retrain", """{"epochs": 1, "hidden_size": 4}""");
        var job = (await response.JsonAsync()).GetProperty("job_id").GetString()!;
        return (await admin.WaitForAsync(job, "succeeded")).GetProperty("version").GetString()!;
    }

    private static async Task<JsonElement> DataAsync(HttpClient admin, string version) =>
        (await admin.JsonAsync($"/model/versions/{version}")).GetProperty("data");

    private static async Task<int> DeletedAsync(HttpClient admin, string version) =>
        (await DataAsync(admin, version)).GetProperty("deleted_rows").GetInt32();

    private static async Task<int> RemoveRowsAsync(ServiceFixture service, int olderThanDays)
    {
        await using var scope = service.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new RemoveOldVersionRows(olderThanDays));
    }
}
