using System.Net;
using System.Text.Json;

namespace ModelOps.WebApi.Tests.Models;

[Collection(ModelsGroup.Name)]
public sealed class CompareTests(ModelsFixture service)
{
    [Fact]
    public async Task Compare_WithoutABaseline_TakesTheVersionInService()
    {
        await service.Admin.ActivateAsync(service.Versions[2]);

        var answer = await service.Admin.JsonAsync($"/model/compare?candidate={service.Versions[0]}");

        Assert.Equal(service.Versions[2], Text(answer, "baseline"));
    }

    [Theory]
    [InlineData("baseline={0}&candidate={0}", 422, "versions_are_equal")]
    [InlineData("baseline={0}&candidate=v20200101_000000", 404, "version_not_found")]
    [InlineData("baseline=v20200101_000000&candidate={0}", 404, "version_not_found")]
    [InlineData("baseline={0}", 400, "validation_failed")]
    [InlineData("baseline=..%2f..&candidate={0}", 400, "validation_failed")]
    [InlineData("candidate=%27;drop%20table", 400, "validation_failed")]
    public async Task Compare_OfWhatCannotBeCompared_IsRefused(string query, int status, string code)
    {
        using var response = await service.Admin.GetAsync(
            $"/model/compare?{query.Replace("{0}", service.Versions[0], StringComparison.Ordinal)}");

        await response.ProblemAsync(status, code);
    }

    [Fact]
    public async Task Files_OfAVersion_LeaveItsPatientsRowsOut()
    {
        var version = service.Versions[0];
        var files = (await service.Admin.JsonAsync($"/model/versions/{version}")).GetProperty("files").EnumerateArray()
            .Select(f => Text(f, "name")).ToArray();
        using var asked = await service.Admin.GetAsync($"/model/versions/{version}/files/rows.bin");

        Assert.True(File.Exists(Path.Combine(service.DataDirectory, "versions", version, "rows.bin")));
        Assert.DoesNotContain("rows.bin", files);
        Assert.Contains("model.safetensors", files);
        await asked.ProblemAsync(404, "file_not_found");
    }

    private static string Text(JsonElement element, string member) => element.GetProperty(member).GetString()!;
}

/// <summary>On a service whose data and versions the tests may take away.</summary>
public sealed class CompareOverTimeTests
{
    private const string Members =
        """
        baseline:string candidate:string rows:number same_rows:bool table:object p_value:number mid_p:number delta_macro_f1:object
        class_changes:array recall_change:object verdict:string suggest_activation:bool rows_needed:number?
        delta_log_loss:object? figures:object? subgroups:array? significance_level:number? earlier_looks:number? few_rows:bool
        """;

    [Fact]
    public async Task Compare_OfTwoVersions_ScoresBothOnTheSameRows()
    {
        // A service of its own: labelled records that other tests add would judge as well.
        await using var service = await ServiceFixture.StartAsync();
        using var admin = await service.AdminAsync();
        var dataset = await admin.SampleDatasetAsync();
        var (baseline, candidate) = (await admin.TrainAsync(dataset, seed: 1), await admin.TrainAsync(dataset, seed: 2));
        using var user = await service.UserAsync();

        var answer = await user.JsonAsync($"/model/compare?baseline={baseline}&candidate={candidate}");

        Shape.Is(answer, Members);
        Assert.Equal((baseline, candidate), (answer.GetProperty("baseline").GetString(), answer.GetProperty("candidate").GetString()));
        Assert.True(answer.GetProperty("same_rows").GetBoolean());
        Shape.Is(answer.GetProperty("table"), "both_right:number only_candidate_right:number only_baseline_right:number both_wrong:number");
        var rows = answer.GetProperty("rows").GetInt32();
        Assert.Equal(rows, answer.GetProperty("table").EnumerateObject().Sum(c => c.Value.GetInt32()));
        Assert.Equal(rows, answer.GetProperty("class_changes").EnumerateArray().Sum(r => r.EnumerateArray().Sum(c => c.GetInt32())));
        Shape.Is(answer.GetProperty("delta_macro_f1"), "value:number low:number high:number");
        Shape.Is(answer.GetProperty("recall_change"), "Negative:number? Prediabetes:number? Diabetes:number?");
        string[] verdicts = ["better", "worse", "equivalent", "undecided", "not_enough_data"];
        Assert.Contains(answer.GetProperty("verdict").GetString(), verdicts);

        // Each distinct row of the dataset judges, and each version was measured on the very same ones.
        var split = (await user.JsonAsync($"/model/versions/{candidate}")).GetProperty("data").GetProperty("split").GetProperty("test");
        Assert.Equal(split.EnumerateObject().Sum(c => c.Value.GetInt32()), rows);
        Assert.Equal(
            await F1Async(user, candidate) - await F1Async(user, baseline),
            answer.GetProperty("delta_macro_f1").GetProperty("value").GetDouble(),
            12);
    }

    [Fact]
    public async Task Job_WithAVersionInService_CarriesTheComparisonThatAnswersLaterToo()
    {
        await using var service = await ServiceFixture.StartAsync();
        using var admin = await service.AdminAsync();
        var first = await TrainAsync(admin, await admin.SampleDatasetAsync(400, seed: 3), seed: 1);
        Assert.Equal(JsonValueKind.Null, first.GetProperty("comparison").ValueKind);
        using (var early = await admin.GetAsync($"/model/compare?candidate={Version(first)}"))
        {
            await early.ProblemAsync(404, "no_active_model");
        }

        await admin.ActivateAsync(Version(first));
        var dataset = await admin.SampleDatasetAsync(600, seed: 4);
        var second = await TrainAsync(admin, dataset, seed: 2);
        var told = second.GetProperty("comparison");
        Assert.Equal((Version(first), Version(second)),
            (told.GetProperty("baseline").GetString(), told.GetProperty("candidate").GetString()));
        using (var deletion = await admin.DeleteAsync($"/model/datasets/{dataset}"))
        {
            Assert.Equal(HttpStatusCode.OK, deletion.StatusCode);
        }

        var asked = await admin.JsonAsync($"/model/compare?candidate={Version(second)}");
        Assert.Equal(told.ToString(), asked.ToString());

        // Labelled records that came since judge as well, but for the few that are there already.
        using var added = await admin.UploadAsync(Api.NewName(), System.Text.Encoding.UTF8.GetBytes(Api.Sample(500, seed: 9)),
            address: "/records/import");
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        var more = await admin.JsonAsync($"/model/compare?candidate={Version(second)}");
        Assert.InRange(more.GetProperty("rows").GetInt32() - asked.GetProperty("rows").GetInt32(), 450, 500);
    }

    [Fact]
    public async Task Job_WhenTheVersionInServiceIsDamaged_SucceedsWithoutAComparison()
    {
        await using var service = await ServiceFixture.StartAsync();
        using var admin = await service.AdminAsync();
        var dataset = await admin.SampleDatasetAsync(300);
        var first = Version(await TrainAsync(admin, dataset, seed: 1));
        await admin.ActivateAsync(first);
        await File.WriteAllBytesAsync(Path.Combine(service.Settings["ModelOps:DataDirectory"]!, "versions", first, "rows.bin"),
            new byte[26]);

        var second = await TrainAsync(admin, dataset, seed: 2);
        using var asked = await admin.GetAsync($"/model/compare?candidate={Version(second)}");

        Assert.Equal(JsonValueKind.Null, second.GetProperty("comparison").ValueKind);
        await asked.ProblemAsync(409, "artifact_corrupt");
    }

    private static async Task<double> F1Async(HttpClient client, string version) =>
        (await client.JsonAsync($"/model/versions/{version}")).GetProperty("metrics").GetProperty("f1_score").GetDouble();

    private static async Task<JsonElement> TrainAsync(HttpClient admin, string dataset, int seed) =>
        await admin.WaitForAsync(await admin.QueueAsync(dataset, epochs: 3, seed: seed), "succeeded");

    private static string Version(JsonElement job) => job.GetProperty("version").GetString()!;
}
