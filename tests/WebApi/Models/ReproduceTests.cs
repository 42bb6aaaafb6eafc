using System.Net;
using System.Text.Json;

namespace ModelOps.WebApi.Tests.Models;

[Collection(ModelsGroup.Name)]
public sealed class ReproduceTests(ModelsFixture service)
{
    [Fact]
    public async Task Reproduce_WhenTheDatasetIsGone_MakesTheSameWeightsAndNoVersion()
    {
        var dataset = await service.Admin.SampleDatasetAsync(200, seed: 8);
        var version = await service.Admin.TrainAsync(dataset, epochs: 20, seed: 5);
        using var deletion = await service.Admin.DeleteAsync($"/model/datasets/{dataset}");
        var detail = await service.Admin.JsonAsync($"/model/versions/{version}");
        var before = await VersionsAsync();

        var job = await ReproduceAsync(version);

        Assert.Equal(HttpStatusCode.OK, deletion.StatusCode);
        var reproduction = job.GetProperty("reproduction");
        Shape.Is(reproduction, "version:string weights_sha256:string equal:bool");
        Assert.Equal(version, reproduction.GetProperty("version").GetString());
        Assert.Equal(detail.GetProperty("weights_sha256").GetString(), reproduction.GetProperty("weights_sha256").GetString());
        Assert.True(reproduction.GetProperty("equal").GetBoolean());
        Assert.Equal(JsonValueKind.Null, job.GetProperty("version").ValueKind);
        Assert.Equal(JsonValueKind.Null, job.GetProperty("comparison").ValueKind);
        Assert.Equal(detail.GetProperty("parameters").ToString(), job.GetProperty("parameters").ToString());
        Assert.Equal(detail.GetProperty("data").GetProperty("sha256").GetString(), job.GetProperty("data").GetProperty("sha256")
            .GetString());
        Assert.Equal($"version:{version}", job.GetProperty("data").GetProperty("source").GetString());
        Assert.Equal(20, job.GetProperty("epoch").GetInt32());
        Assert.Equal(before, await VersionsAsync());
    }

    [Fact]
    public async Task Reproduce_OfAnUnknownVersion_IsRefused()
    {
        using var unknown = await service.Admin.PostAsync("/model/versions/v20200101_000000/reproduce", null);
        using var impossible = await service.Admin.PostAsync("/model/versions/..%5c/reproduce", null);

        await unknown.ProblemAsync(404, "version_not_found");
        await impossible.ProblemAsync(400, "validation_failed");
    }

    [Fact]
    public async Task Reproduce_WhenTheRowsAreDamaged_IsRefused()
    {
        var version = await service.Admin.TrainAsync(service.Dataset, seed: 6);
        var rows = Path.Combine(service.DataDirectory, "versions", version, "rows.bin");
        var bytes = await File.ReadAllBytesAsync(rows);
        bytes[8] ^= 1;
        await File.WriteAllBytesAsync(rows, bytes);

        using var refused = await service.Admin.PostAsync($"/model/versions/{version}/reproduce", null);

        await refused.ProblemAsync(409, "artifact_corrupt");
    }

    private async Task<JsonElement> ReproduceAsync(string version)
    {
        using var accepted = await service.Admin.PostAsync($"/model/versions/{version}/reproduce", null);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        var answer = await accepted.JsonAsync();
        Shape.Is(answer, "job_id:string status:string status_url:string");
        Assert.Equal(answer.GetProperty("status_url").GetString(), accepted.Headers.Location?.OriginalString);
        return await service.Admin.WaitForAsync(answer.GetProperty("job_id").GetString()!, "succeeded");
    }

    private async Task<string> VersionsAsync() => (await service.Admin.JsonAsync("/model/versions")).GetProperty("models").ToString();
}
