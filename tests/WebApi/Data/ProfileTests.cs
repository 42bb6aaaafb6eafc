using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Application.Abstractions;

namespace ModelOps.WebApi.Tests.Data;

[Collection(ModelsGroup.Name)]
public sealed class ProfileOnSqliteTests(ModelsFixture service) : ProfileTests(service);

[Collection(PostgreSqlModelsGroup.Name)]
public sealed class ProfileOnPostgreSqlTests(PostgreSqlModelsFixture service) : ProfileTests(service.Required());

public abstract class ProfileTests(ModelsFixture service)
{
    private const string Known = "rows:number records:number datasets:number counted_at:time";
    private const string Members =
        "rows:number distinct:number duplicates:number conflicting_labels:number class_counts:object columns:object already_known:object";

    private static int _made;

    [Fact]
    public async Task Upload_OfAFile_AnswersItsProfile()
    {
        var name = Api.NewName();
        using var response = await service.Admin.UploadAsync(
            name, Api.Header + "5.1,40,25,M,N\n5.1,40,25,M,N\n5.1,40,25,M,Y\n6.5,50,28.5,F,P\n9,61,31,F,Y\n");

        var answer = await response.JsonAsync();
        var profile = answer.GetProperty("profile");
        Shape.Is(profile, Members);
        Shape.Is(profile.GetProperty("already_known"), Known);
        Assert.Equal([5, 4, 1, 1], Numbers(profile, "rows", "distinct", "duplicates", "conflicting_labels"));
        var columns = profile.GetProperty("columns");
        Shape.Is(columns, "HbA1c:object AGE:object BMI:object Gender:object");
        var hba1c = columns.GetProperty("HbA1c");
        Shape.Is(hba1c, "min:number max:number mean:number quantiles:object histogram:object");
        Shape.Is(hba1c.GetProperty("quantiles"), "p5:number p25:number p50:number p75:number p95:number");
        Shape.Is(hba1c.GetProperty("histogram"), "edges:array counts:array by_class:object");
        Assert.Equal([5.1, 9, 6.16, 5.1], new[] { "min", "max", "mean" }.Select(m => Math.Round(hba1c.GetProperty(m).GetDouble(), 9))
            .Append(hba1c.GetProperty("quantiles").GetProperty("p50").GetDouble()));
        Assert.Equal(20, hba1c.GetProperty("histogram").GetProperty("counts").GetArrayLength());
        Assert.Equal(3, hba1c.GetProperty("histogram").GetProperty("counts")[2].GetInt32());
        Assert.Equal(2, hba1c.GetProperty("histogram").GetProperty("by_class").GetProperty("Negative")[2].GetInt32());
        Shape.Is(columns.GetProperty("Gender"), "counts:object");
        Assert.Equal("""{"F":2,"M":3}""", JsonSerializer.Serialize(columns.GetProperty("Gender").GetProperty("counts")));
    }

    [Fact]
    public async Task Upload_OfRowsThatTheServiceHas_SaysHowMany()
    {
        var (rows, other) = (Made(30), Made(5));
        using var first = await service.Admin.UploadAsync(Api.NewName(), Api.Header + Csv(rows));
        Assert.Equal(0, (await first.JsonAsync()).GetProperty("already_known").GetInt32());
        using var imported = await service.Admin.UploadAsync(
            "records.csv", System.Text.Encoding.UTF8.GetBytes(Api.Header + Csv(rows[20..].Concat(other[..3]))), address: "/records/import");
        Assert.Equal(HttpStatusCode.Created, imported.StatusCode);

        using var second = await service.Admin.UploadAsync(Api.NewName(), Api.Header + Csv([.. rows[10..], rows[10], .. other]));

        var answer = await second.JsonAsync();
        var known = answer.GetProperty("profile").GetProperty("already_known");
        Assert.Equal([24, 13, 21], Numbers(known, "rows", "records", "datasets"));
        Assert.Equal(24, answer.GetProperty("already_known").GetInt32());
    }

    [Fact]
    public async Task Upload_OfAFileThatIsTooLongForLookups_CountsTheSame()
    {
        var rows = Made(20_050);
        using var imported = await service.Admin.UploadAsync(
            "records.csv", System.Text.Encoding.UTF8.GetBytes(Api.Header + Csv(rows[20_000..20_015])), address: "/records/import");
        Assert.Equal(0, (await imported.JsonAsync()).GetProperty("already_known").GetInt32());

        using var response = await service.Admin.UploadAsync(Api.NewName(), Api.Header + Csv([.. rows, rows[20_000]]));

        var known = (await response.JsonAsync()).GetProperty("profile").GetProperty("already_known");
        Assert.Equal([16, 16, 0], Numbers(known, "rows", "records", "datasets"));
    }

    [Fact]
    public async Task Profile_ForAnotherRoleThanAdmin_HasNoValueOfASinglePatient()
    {
        var name = Api.NewName();
        using var response = await service.Admin.UploadAsync(name, Api.Header + Csv(Made(12)));
        using var user = await service.UserAsync();

        foreach (var address in new[] { $"/model/datasets/{name}", $"/model/versions/{service.Versions[0]}/profile" })
        {
            var columns = (await user.JsonAsync(address)).GetProperty("profile").GetProperty("columns");
            Shape.Is(columns.GetProperty("HbA1c"), "histogram:object");
            Shape.Is(columns.GetProperty("Gender"), "counts:object");
        }
    }

    [Fact]
    public async Task Profile_OfADatasetOfAnEarlierRelease_IsMadeWhenSomebodyAsks()
    {
        var name = await service.Admin.SampleDatasetAsync(200, seed: 77);
        var uploaded = (await service.Admin.JsonAsync($"/model/datasets/{name}")).GetProperty("profile");
        await UseAsync(db => db.Datasets.Where(d => d.Name == name).ExecuteUpdateAsync(d => d.SetProperty(x => x.Profile, x => null)));

        var made = (await service.Admin.JsonAsync($"/model/datasets/{name}")).GetProperty("profile");

        // Not itself: no other dataset has its rows.
        Assert.Equal(0, made.GetProperty("already_known").GetProperty("datasets").GetInt32());
        foreach (var member in new[] { "rows", "distinct", "conflicting_labels", "class_counts", "columns" })
        {
            Assert.Equal(uploaded.GetProperty(member).ToString(), made.GetProperty(member).ToString());
        }

        Assert.Equal(made.ToString(), (await service.Admin.JsonAsync($"/model/datasets/{name}")).GetProperty("profile").ToString());
    }

    [Fact]
    public async Task Profile_OfAVersion_IsThatOfItsDataset()
    {
        var dataset = await service.Admin.JsonAsync($"/model/datasets/{service.Dataset}");

        var version = await service.Admin.JsonAsync($"/model/versions/{service.Versions[0]}/profile");

        Shape.Is(version, "version:string profile:object");
        Assert.Equal(
            dataset.GetProperty("profile").GetProperty("columns").ToString(),
            version.GetProperty("profile").GetProperty("columns").ToString());
        var stored = await service.Admin.JsonAsync($"/model/versions/{service.Versions[0]}/profile");
        Assert.Equal(version.ToString(), stored.ToString());
        using var unknown = await service.Admin.GetAsync("/model/versions/v20200101_000000/profile");
        await unknown.ProblemAsync(404, "version_not_found");
    }

    [Fact]
    public async Task Rows_OfADataset_ReadBackEqual()
    {
        var name = Api.NewName();
        const string csv = """
            Clase;Sexo;IMC;Edad;HbA1c (mmol/mol)
            Negativo;H;25,123456789012345;0;33
            Y;M;24;60,5;86,5
            Y;M;24;60,5;86,5
            P;M;5;130;42
            """;
        using var uploaded = await service.Admin.UploadAsync(name, csv);
        Assert.Equal(HttpStatusCode.Created, uploaded.StatusCode);

        using var response = await service.Admin.GetAsync($"/model/datasets/{name}/rows.csv");

        var headers = response.Content.Headers;
        Assert.Equal(("text/csv", name), (headers.ContentType?.MediaType, headers.ContentDisposition?.FileName));
        Assert.True(response.Headers.CacheControl?.NoStore);
        var rows = await response.Content.ReadAsStringAsync();
        Assert.StartsWith("HbA1c,AGE,BMI,Gender,CLASS\n", rows, StringComparison.Ordinal);
        Assert.Equal(5, rows.Count(c => c == '\n'));
        Assert.All(rows.Split('\n')[1..^1].SelectMany(row => row.Split(',')), field => Assert.True(
            double.TryParse(field, CultureInfo.InvariantCulture, out _)
            || field is "F" or "M" or "Negative" or "Prediabetes" or "Diabetes"));
        using var again = await service.Admin.UploadAsync(Api.NewName(), rows);
        var (before, after) = (await uploaded.JsonAsync(), await again.JsonAsync());
        Assert.Equal(4, after.GetProperty("already_known").GetInt32());
        Assert.Equal(
            before.GetProperty("profile").GetProperty("columns").ToString(),
            after.GetProperty("profile").GetProperty("columns").ToString());
        Assert.Empty(Directory.GetFiles(Path.Combine(service.DataDirectory, "staging")));
    }

    [Fact]
    public async Task Change_OfNameAndDescription_IsWhatTheDatasetSaysFromThenOn()
    {
        var (name, renamed) = (await service.Admin.SampleDatasetAsync(20), Api.NewName());
        var other = await service.Admin.SampleDatasetAsync(20);

        using var changed = await PatchAsync(name, new { filename = renamed, description = " From the clinic's 2025 export.\nTwo wards. " });

        var answer = await changed.JsonAsync();
        Assert.Equal((HttpStatusCode.OK, renamed, "From the clinic's 2025 export.\nTwo wards."),
            (changed.StatusCode, answer.GetProperty("filename").GetString(), answer.GetProperty("description").GetString()));
        Assert.Equal(answer.ToString(), (await service.Admin.JsonAsync($"/model/datasets/{renamed}")).ToString());
        using var gone = await service.Admin.GetAsync($"/model/datasets/{name}");
        await gone.ProblemAsync(404, "dataset_not_found");
        using var taken = await PatchAsync(renamed, new { filename = other.ToUpperInvariant() });
        await taken.ProblemAsync(409, "dataset_exists");
        using var letters = await PatchAsync(renamed, new { filename = renamed.ToUpperInvariant(), description = "" });
        var upper = await letters.JsonAsync();
        Assert.Equal(
            (renamed.ToUpperInvariant(), JsonValueKind.Null),
            (upper.GetProperty("filename").GetString(), upper.GetProperty("description").ValueKind));

        // Its files keep their name, and go with it.
        using var deleted = await service.Admin.DeleteAsync($"/model/datasets/{renamed}");
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        Assert.DoesNotContain(
            Directory.GetFiles(Path.Combine(service.DataDirectory, "datasets")), f => f.EndsWith(name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{}""", "validation_failed")]
    [InlineData("""{"filename": "../x.csv"}""", "invalid_dataset_name")]
    [InlineData("""{"filename": ""}""", "invalid_dataset_name")]
    [InlineData("""{"description": "a\u0007b"}""", "validation_failed")]
    [InlineData("""{"name": "x.csv"}""", "validation_failed")]
    public async Task Change_ToWhatIsNotAllowed_ChangesNothing(string body, string code)
    {
        var name = await service.Admin.SampleDatasetAsync(20);
        var before = await service.Admin.JsonAsync($"/model/datasets/{name}");

        using var response = await service.Admin.PatchAsync(
            $"/model/datasets/{name}", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        await response.ProblemAsync(400, code);
        Assert.Equal(before.ToString(), (await service.Admin.JsonAsync($"/model/datasets/{name}")).ToString());
    }

    [Fact]
    public async Task Change_WhenTheDescriptionIsTooLong_Is400()
    {
        var name = await service.Admin.SampleDatasetAsync(20);
        using var most = await PatchAsync(name, new { description = new string('x', 500) });
        using var more = await PatchAsync(name, new { description = new string('x', 501) });

        Assert.Equal(HttpStatusCode.OK, most.StatusCode);
        await more.ProblemAsync(400, "validation_failed");
    }

    /// <summary>The training goes on, and the version says under which name its data were chosen.</summary>
    [Fact]
    public async Task Change_OfANameWhileATrainingRuns_DoesNotDisturbIt()
    {
        var name = await service.Admin.SampleDatasetAsync(60, seed: 5);
        var job = await service.Admin.QueueAsync(name);

        using var renamed = await PatchAsync(name, new { filename = Api.NewName() });

        Assert.Equal(HttpStatusCode.OK, renamed.StatusCode);
        var ended = await service.Admin.WaitForAsync(job, "succeeded");
        Assert.Equal($"dataset:{name}", ended.GetProperty("data").GetProperty("source").GetString());
        var version = await service.Admin.JsonAsync($"/model/versions/{ended.GetProperty("version").GetString()}");
        Assert.Equal($"dataset:{name}", version.GetProperty("data").GetProperty("source").GetString());
    }

    private static IEnumerable<int> Numbers(JsonElement of, params string[] members) => members.Select(m => of.GetProperty(m).GetInt32());

    private Task<HttpResponseMessage> PatchAsync(string name, object change) =>
        service.Admin.PatchAsJsonAsync($"/model/datasets/{name}", change);

    private async Task UseAsync(Func<IModelOpsDbContext, Task> work)
    {
        await using var scope = service.Services.CreateAsyncScope();
        await work(scope.ServiceProvider.GetRequiredService<IModelOpsDbContext>());
    }

    /// <summary>Rows that nobody has made before.</summary>
    private static string[] Made(int count) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        var number = Interlocked.Increment(ref _made);
        return string.Create(
            CultureInfo.InvariantCulture, $"{5 + (number * 1e-7)},40,25,M,{"NPY"[number % 3]}\n");
    })];

    private static string Csv(IEnumerable<string> rows) => string.Concat(rows);
}
