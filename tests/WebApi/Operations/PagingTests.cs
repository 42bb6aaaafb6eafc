using System.Text;

namespace ModelOps.WebApi.Tests.Operations;

[Collection(ModelsGroup.Name)]
public sealed class PagingOnSqliteTests(ModelsFixture service) : PagingTests(service);

[Collection(PostgreSqlModelsGroup.Name)]
public sealed class PagingOnPostgreSqlTests(PostgreSqlModelsFixture service) : PagingTests(service.Required());

/// <summary>What all lists share.</summary>
public abstract class PagingTests(ModelsFixture service)
{
    public static TheoryData<string, string> Lists => new()
    {
        { "/model/jobs", "jobs" },
        { "/model/versions", "models" },
        { "/model/datasets", "datasets" },
        { "/model/activations", "activations" },
        { "/users", "users" },
        { "/records", "records" },
        { "/records/imports", "imports" },
    };

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task List_PagedOneByOne_IsTheWholeList(string address, string array)
    {
        await service.Admin.ActivateAsync(service.Versions[0]);
        await service.Admin.ActivateAsync(service.Versions[1]);
        await service.Admin.SampleDatasetAsync(20);
        await service.CreateUserAsync();
        for (var i = 0; i < 2; i++)
        {
            using var imported = await service.Admin.UploadAsync("a.csv", Encoding.UTF8.GetBytes(Api.Sample(5)), address: "/records/import");
            imported.EnsureSuccessStatusCode();
        }

        var whole = await service.Admin.JsonAsync($"{address}?limit=200");
        Assert.Equal("null", whole.GetProperty("next_cursor").GetRawText());
        var expected = whole.GetProperty(array).EnumerateArray().Select(i => i.ToString()).ToArray();
        Assert.True(expected.Length > 1);

        var pages = new List<string>();
        string? cursor = null;
        do
        {
            var page = await service.Admin.JsonAsync($"{address}?limit=1{(cursor is null ? "" : $"&cursor={cursor}")}");
            pages.Add(Assert.Single(page.GetProperty(array).EnumerateArray()).ToString());
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);

        Assert.Equal(expected, pages);
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task List_WhenLimitOrCursorIsWrong_Is400(string address, string array)
    {
        Assert.NotEmpty(array);
        foreach (var limit in new[] { "0", "-1", "201", "1.5", "many", "99999999999" })
        {
            using var response = await service.Admin.GetAsync($"{address}?limit={limit}");
            var problem = await response.ProblemAsync(400, "validation_failed");
            Assert.True(problem.GetProperty("errors").TryGetProperty("limit", out _), limit);
        }

        foreach (var cursor in new[] { "!!!", "%00", "..%2f..%2fx", new string('A', 5_000), Convert.ToBase64String(Encoding.UTF8.GetBytes("a\0b")).TrimEnd('=') })
        {
            using var response = await service.Admin.GetAsync($"{address}?cursor={cursor}");
            var problem = await response.ProblemAsync(400, "validation_failed");
            Assert.True(problem.GetProperty("errors").TryGetProperty("cursor", out _), cursor);
        }
    }
}
