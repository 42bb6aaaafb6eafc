using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace ModelOps.WebApi.Tests.Models;

[Collection(ModelsGroup.Name)]
public sealed class VersionListOnSqliteTests(ModelsFixture service) : VersionListTests(service);

[Collection(PostgreSqlModelsGroup.Name)]
public sealed class VersionListOnPostgreSqlTests(PostgreSqlModelsFixture service) : VersionListTests(service.Required());

/// <summary>How versions are described and found.</summary>
public abstract class VersionListTests(ModelsFixture service)
{
    [Fact]
    public async Task Patch_OfNoteAndTags_IsShownAndFound()
    {
        var version = service.Versions[1];
        var tag = $"t{Guid.NewGuid():N}"[..20];

        using var response = await PatchAsync(
            version, new { note = "Trained for the pilot.\nSecond line.", tags = new[] { tag.ToUpperInvariant(), "pilot" } });

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Shape.Is(await response.JsonAsync(), "version:string number:number note:string? tags:array");
        var detail = await service.Admin.JsonAsync($"/model/versions/{version}");
        Assert.Equal("Trained for the pilot.\nSecond line.", detail.GetProperty("note").GetString());
        Assert.Equal([tag, "pilot"], detail.GetProperty("tags").EnumerateArray().Select(t => t.GetString()));
        foreach (var query in new[] { $"tag={tag}", $"q={tag[3..]}", $"q=PILOT&tag={tag}", $"dataset={service.Dataset}&tag={tag}" })
        {
            var list = await service.Admin.JsonAsync($"/model/versions?{query}&count=true");
            Shape.Is(list, "models:array active_model:string? next_cursor:string? total:number");
            Assert.Equal(version, Assert.Single(list.GetProperty("models").EnumerateArray()).GetProperty("version").GetString());
            Assert.Equal(1, list.GetProperty("total").GetInt32());
        }
    }

    [Theory]
    [InlineData("""{"note": 1}""", "note")]
    [InlineData("""{"tags": ["a|b"]}""", "tags")]
    [InlineData("""{"tags": [""]}""", "tags")]
    [InlineData("""{"tags": [null]}""", "tags")]
    [InlineData("""{"tags": ["1","2","3","4","5","6","7","8","9","10","11"]}""", "tags")]
    [InlineData("""{"note": "\u0000"}""", "note")]
    [InlineData("""{"color": "red"}""", "color")]
    public async Task Patch_ThatBreaksALimit_Is400AndChangesNothing(string body, string field)
    {
        var before = await NotesAsync();
        using var response = await service.Admin.PatchAsync(
            $"/model/versions/{service.Versions[0]}", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        var problem = await response.ProblemAsync(400, "validation_failed");
        Assert.Contains(problem.GetProperty("errors").EnumerateObject(), e => e.Name.StartsWith(field, StringComparison.Ordinal));
        Assert.Equal(before, await NotesAsync());
    }

    [Fact]
    public async Task Patch_OfANoteThatIsTooLong_Is400()
    {
        using var response = await PatchAsync(service.Versions[0], new { note = new string('x', 501) });

        await response.ProblemAsync(400, "validation_failed");
    }

    [Fact]
    public async Task Patch_OfNoVersion_Is404()
    {
        using var response = await PatchAsync("v20010101_000000", new { note = "x" });

        await response.ProblemAsync(404, "version_not_found");
    }

    [Theory]
    [InlineData("q=%00", "q")]
    [InlineData("tag=a%7Cb", "tag")]
    [InlineData("dataset=..%2fx.csv", "dataset")]
    [InlineData("beats_baselines=maybe", "beats_baselines")]
    [InlineData("in_service=1.5", "in_service")]
    [InlineData("sort=accuracy", "sort")]
    [InlineData("count=many", "count")]
    [InlineData("sort=macro_f1&cursor=MTI", "cursor")]
    public async Task List_WithAFilterThatCannotBe_Is400(string query, string field)
    {
        using var response = await service.Admin.GetAsync($"/model/versions?{query}");

        var problem = await response.ProblemAsync(400, "validation_failed");
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
    }

    [Fact]
    public async Task List_WithoutQuery_GivesNumbersInOrderOfCreation()
    {
        var models = (await service.Admin.JsonAsync("/model/versions?limit=200")).GetProperty("models").EnumerateArray().ToArray();
        var byMark = (await service.Admin.JsonAsync("/model/versions?limit=200&sort=macro_f1")).GetProperty("models").EnumerateArray();

        Assert.Equal([1, 2, 3], service.Versions.Select(
            v => models.Single(m => m.GetProperty("version").GetString() == v).GetProperty("number").GetInt32()));
        Assert.Equal(
            models.Select(Mark).OrderDescending(),
            byMark.Select(Mark));
    }

    private static double Mark(JsonElement model) => model.GetProperty("metrics").GetProperty("f1_score").GetDouble();

    private Task<HttpResponseMessage> PatchAsync(string version, object body) =>
        service.Admin.PatchAsJsonAsync($"/model/versions/{version}", body);

    private async Task<string> NotesAsync()
    {
        var detail = await service.Admin.JsonAsync($"/model/versions/{service.Versions[0]}");
        return $"{detail.GetProperty("note")} {detail.GetProperty("tags")}";
    }
}
