using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace ModelOps.WebApi.Tests.Models;

public sealed class ActivationTests(ModelsFixture service) : IClassFixture<ModelsFixture>
{
    [Fact]
    public async Task Activation_AndRollback_AreOnRecord()
    {
        var (a, b) = (service.Versions[0], service.Versions[1]);
        await service.Admin.ActivateAsync(a);
        using var activation = await service.Admin.PostAsJsonAsync("/model/activate",
            new { version = b, reason = "trained on more rows", expected_active = a });
        Assert.Equal(HttpStatusCode.OK, activation.StatusCode);
        using var rollback = await service.Admin.PostAsJsonAsync("/model/rollback", new { reason = "it disappoints" });
        var answer = await rollback.JsonAsync();
        Shape.Is(answer, "success:bool message:string active_version:string");
        Assert.Equal(a, answer.GetProperty("active_version").GetString());

        var active = await service.Admin.JsonAsync("/model/active");
        Shape.Is(active, "version:string created_at:time metrics:object training_samples:number activated_at:time activated_by:string epoch:number");
        var list = (await service.Admin.JsonAsync("/model/activations")).GetProperty("activations");
        Shape.AllAre(list, "epoch:number at:time by:string from:string? to:string reason:string? how:string");
        Assert.Equal((b, a, "it disappoints", "rollback"), Entry(list[0]));
        Assert.Equal((a, b, "trained on more rows", "activate"), Entry(list[1]));
        Assert.Equal(active.GetProperty("epoch").GetInt64(), list[0].GetProperty("epoch").GetInt64());

        var file = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(service.DataDirectory, "active_model.json"))).RootElement;
        Assert.Equal(a, file.GetProperty("active_model").GetString());
        Assert.Equal(active.GetProperty("epoch").GetInt64(), file.GetProperty("epoch").GetInt64());
    }

    [Fact]
    public async Task Activation_ThatExpectedAnotherVersion_Is409AndChangesNothing()
    {
        var (a, b, c) = (service.Versions[0], service.Versions[1], service.Versions[2]);
        await service.Admin.ActivateAsync(a);
        var epoch = await EpochAsync();

        using var activation = await service.Admin.PostAsJsonAsync("/model/activate", new { version = c, expected_active = b });
        await activation.ProblemAsync(409, "active_model_changed");
        using var rollback = await service.Admin.PostAsJsonAsync("/model/rollback", new { expected_active = b });
        await rollback.ProblemAsync(409, "active_model_changed");

        Assert.Equal(epoch, await EpochAsync());
    }

    [Fact]
    public async Task Activation_TwentyAtOnceExpectingTheSame_LetsExactlyOneWin()
    {
        await service.Admin.ActivateAsync(service.Versions[0]);
        var epoch = await EpochAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => service.Admin.PostAsJsonAsync(
            "/model/activate", new { version = service.Versions[1 + (i % 2)], expected_active = service.Versions[0] })));

        var won = Assert.Single(answers, a => a.StatusCode == HttpStatusCode.OK);
        Assert.All(answers.Where(a => a != won), a => Assert.Equal(HttpStatusCode.Conflict, a.StatusCode));
        Assert.Equal(epoch + 1, await EpochAsync());
        Assert.Equal(
            (await won.JsonAsync()).GetProperty("active_version").GetString(),
            (await service.Admin.JsonAsync("/model/active")).GetProperty("version").GetString());
    }

    [Theory]
    [InlineData("flip")]
    [InlineData("cut")]
    [InlineData("remove")]
    public async Task Activation_OfAnAlteredVersion_Is409AndTheOldOneKeepsAnswering(string damage)
    {
        await service.Admin.ActivateAsync(service.Versions[0]);
        var version = await service.Admin.TrainAsync(service.Dataset, seed: 100 + damage.Length);
        Damage(Path.Combine(service.DataDirectory, "versions", version, "model.safetensors"), damage);

        using var response = await service.Admin.PostAsJsonAsync("/model/activate", new { version });

        await response.ProblemAsync(409, "artifact_corrupt");
        using var prediction = await service.Admin.PostTextAsync("/model/predict", Api.Patient(6.3));
        Assert.Equal(service.Versions[0], (await prediction.JsonAsync()).GetProperty("version").GetString());
    }

    [Fact]
    public async Task Activation_OfAnUnknownVersion_Is404()
    {
        using var response = await service.Admin.PostAsJsonAsync("/model/activate", new { version = "v20010101_000000" });

        await response.ProblemAsync(404, "version_not_found");
    }

    [Fact]
    public async Task Active_BeforeTheFirstActivation_Is404AndPredictionsAre503()
    {
        await using var fresh = await ServiceFixture.StartAsync();
        using var admin = await fresh.AdminAsync();

        using var active = await admin.GetAsync("/model/active");
        await active.ProblemAsync(404, "no_active_model");
        using var prediction = await admin.PostTextAsync("/model/predict", Api.Patient(6.3));
        await prediction.ProblemAsync(503, "no_active_model");
        using var rollback = await admin.PostAsJsonAsync("/model/rollback", new { });
        await rollback.ProblemAsync(409, "nothing_to_roll_back_to");
    }

    private static (string?, string?, string?, string?) Entry(JsonElement entry) => (
        entry.GetProperty("from").GetString(), entry.GetProperty("to").GetString(), entry.GetProperty("reason")
            .GetString(), entry.GetProperty("how").GetString());

    private static void Damage(string file, string how)
    {
        if (how == "remove")
        {
            File.Delete(file);
            return;
        }

        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        if (how == "cut")
        {
            stream.SetLength(stream.Length - 1);
            return;
        }

        stream.Position = stream.Length / 2;
        var flipped = (byte)(stream.ReadByte() ^ 1);
        stream.Position--;
        stream.WriteByte(flipped);
    }

    private async Task<long> EpochAsync() => (await service.Admin.JsonAsync("/model/active")).GetProperty("epoch").GetInt64();
}
