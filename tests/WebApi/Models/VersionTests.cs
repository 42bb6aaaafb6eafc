using System.Net;

namespace ModelOps.WebApi.Tests.Models;

[Collection(ModelsGroup.Name)]
public sealed class VersionTests(ModelsFixture service)
{
    [Fact]
    public async Task List_OfVersions_HasTheContractsMembers()
    {
        await service.Admin.ActivateAsync(service.Versions[1]);

        var list = await service.Admin.JsonAsync("/model/versions?limit=200");

        Shape.Is(list, "models:array active_model:string next_cursor:string?");
        Shape.AllAre(
            list.GetProperty("models"),
            "version:string created_at:time metrics:object is_active:bool training_samples:number training_time:number job_id:string "
                + "number:number note:string? tags:array dataset:string? beats_baselines:bool missed_diabetes:object");
        Shape.Is(list.GetProperty("models")[0].GetProperty("metrics"), "accuracy:number f1_score:number precision:number recall:number loss:number");
        var active = Assert.Single(list.GetProperty("models").EnumerateArray(), m => m.GetProperty("is_active").GetBoolean());
        Assert.Equal(service.Versions[1], active.GetProperty("version").GetString());
        Assert.Equal(service.Versions[1], list.GetProperty("active_model").GetString());
    }

    [Fact]
    public async Task Detail_OfAVersion_SaysWhereItsRowsCameFromAndHowItDid()
    {
        var detail = await service.Admin.JsonAsync($"/model/versions/{service.Versions[0]}");

        Shape.Is(detail.GetProperty("parameters"), "epochs:number batch_size:number learning_rate:number hidden_size:number seed:number");
        Assert.Equal("crossfit-ple", detail.GetProperty("architecture").GetString());
        Assert.Equal("diabetes-1", detail.GetProperty("schema").GetString());
        var data = detail.GetProperty("data");
        Assert.Equal($"dataset:{service.Dataset}", data.GetProperty("source").GetString());
        Assert.Equal(300, data.GetProperty("rows").GetInt32());
        var sides = new[] { "training", "validation", "test" }
            .Select(side => data.GetProperty("split").GetProperty(side).EnumerateObject().Sum(c => c.Value.GetInt32())).ToArray();

        // Each row is learned from by nine members and judged by the tenth.
        var duplicates = data.GetProperty("split").GetProperty("duplicates").GetInt32();
        Assert.Equal([300 - duplicates, 0, 300 - duplicates], sides);
        Assert.Equal(sides[2], detail.GetProperty("evaluation").GetProperty("rows").GetInt32());
        Assert.Equal(sides[0], detail.GetProperty("training_samples").GetInt32());
    }

    [Fact]
    public async Task Files_OfAVersion_AreTheBytesThatTheManifestNames()
    {
        var version = service.Versions[0];
        var files = (await service.Admin.JsonAsync($"/model/versions/{version}")).GetProperty("files");

        Shape.AllAre(files, "name:string bytes:number sha256:string");
        Assert.Subset(
            files.EnumerateArray().Select(f => f.GetProperty("name").GetString()!).ToHashSet(),
            new HashSet<string> { "model.safetensors", "network.json", "golden.json", "metadata.json", "manifest.json" });
        foreach (var file in files.EnumerateArray())
        {
            var bytes = await service.Admin.GetByteArrayAsync(new Uri($"/model/versions/{version}/files/{file.GetProperty("name").GetString()}", UriKind.Relative));
            Assert.Equal(file.GetProperty("bytes").GetInt32(), bytes.Length);
            Assert.Equal(file.GetProperty("sha256")
                .GetString(), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)));
        }
    }

    [Theory]
    [InlineData("GET", "/model/versions/{0}", "v20010101_000000", 404)]
    [InlineData("GET", "/model/versions/{0}", "..%2f..%2fmodelops.db", 400)]
    [InlineData("GET", "/model/versions/{0}", "%EF%BC%8E%EF%BC%8E", 400)]
    [InlineData("GET", "/model/versions/{0}/files/model.safetensors", "..%5c", 400)]
    [InlineData("DELETE", "/model/version/{0}", "v20010101_000000", 404)]
    [InlineData("DELETE", "/model/version/{0}", "..%2fdatasets", 400)]
    [InlineData("DELETE", "/model/version/{0}", "%252e%252e", 400)]
    [InlineData("DELETE", "/model/version/{0}", "x'; drop table model_versions", 400)]
    public async Task Version_ThatCannotBe_IsRefusedAndNothingIsTouched(string method, string address, string name, int status)
    {
        var before = DataSnapshot.Of(service.DataDirectory);
        using var request = new HttpRequestMessage(new HttpMethod(method),
            string.Format(System.Globalization.CultureInfo.InvariantCulture, address, name));
        using var response = await service.Admin.SendAsync(request);

        await response.ProblemAsync(status, status == 404 ? "version_not_found" : "validation_failed");
        Assert.Equal(before, DataSnapshot.Of(service.DataDirectory));
    }

    [Fact]
    public async Task Name_OfTenKilobytes_IsRefusedLikeAnyOther()
    {
        using var response = await service.Admin.GetAsync($"/model/versions/{new string('a', 10_000)}");

        await response.ProblemAsync(400, "validation_failed");
    }

    [Theory]
    [InlineData("..%2f..%2fmodelops.db", HttpStatusCode.NotFound)]
    [InlineData("nothing.json", HttpStatusCode.NotFound)]
    public async Task File_ThatIsNoneOfTheVersions_IsNotFound(string file, HttpStatusCode status)
    {
        using var response = await service.Admin.GetAsync($"/model/versions/{service.Versions[0]}/files/{file}");

        await response.ProblemAsync((int)status, "file_not_found");
    }

    [Fact]
    public async Task Delete_OfAVersion_TakesItsFilesAndWorksOnce()
    {
        await service.Admin.ActivateAsync(service.Versions[0]);
        var version = await service.Admin.TrainAsync(service.Dataset, seed: 77);

        using var first = await service.Admin.DeleteAsync($"/model/version/{version}");
        Shape.Is(await first.JsonAsync(), "success:bool message:string");
        using var second = await service.Admin.DeleteAsync($"/model/version/{version}");
        await second.ProblemAsync(404, "version_not_found");
        Assert.False(Directory.Exists(Path.Combine(service.DataDirectory, "versions", version)));
    }

    [Fact]
    public async Task Delete_OfTheVersionInService_Is409()
    {
        await service.Admin.ActivateAsync(service.Versions[2]);

        using var response = await service.Admin.DeleteAsync($"/model/version/{service.Versions[2]}");

        await response.ProblemAsync(409, "version_is_active");
        Assert.True(Directory.Exists(Path.Combine(service.DataDirectory, "versions", service.Versions[2])));
    }
}
