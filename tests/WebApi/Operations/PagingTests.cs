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
    public async Task List_InSmallPages_IsTheWholeList(string address, string array)
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

        var expected = await PagedAsync(address, array, limit: 200);
        Assert.True(expected.Count > 1);

        // One by one, unless other tests have left hundreds of them here.
        var pages = await PagedAsync(address, array, limit: 1 + (expected.Count / 50));

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

    private async Task<List<string>> PagedAsync(string address, string array, int limit)
    {
        List<string> items = [];
        string? cursor = null;
        do
        {
            var page = await service.Admin.JsonAsync($"{address}?limit={limit}{(cursor is null ? "" : $"&cursor={cursor}")}");
            var read = page.GetProperty(array).EnumerateArray().Select(i => i.ToString()).ToArray();
            Assert.InRange(read.Length, 1, limit);
            items.AddRange(read);
            cursor = page.GetProperty("next_cursor").GetString();
            Assert.True(cursor is null || read.Length == limit, "Only the last page may be shorter.");
        }
        while (cursor is not null);

        return items;
    }
}
