using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests;

/// <summary>The way through the product that the README shows.</summary>
public sealed class WalkTests
{
    [Theory]
    [InlineData(Provider.Sqlite)]
    [InlineData(Provider.PostgreSql)]
    public async Task Walk_FromSignInToDeletion_WorksAsTheReadmeShows(Provider provider)
    {
        await using var service = await ServiceFixture.StartAsync(provider);
        using var client = service.Anonymous();

        using var login = await client.PostAsJsonAsync("/auth/login",
            new { email = ServiceFixture.AdminEmail, password = ServiceFixture.AdminPassword });
        Assert.Equal(HttpStatusCode.OK, login.StatusCode);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await Tokens.ReadAsync(login)).AccessToken);

        using var upload = await client.UploadAsync("sample.csv", Api.Sample(400));
        Assert.Equal(HttpStatusCode.Created, upload.StatusCode);

        var first = await RetrainAsync(client, seed: 1);
        var second = await RetrainAsync(client, seed: 2);
        Assert.NotEqual(first, second);

        var versions = await client.JsonAsync("/model/versions");
        Assert.Equal([second, first], versions.GetProperty("models").EnumerateArray().Select(m => m.GetProperty("version").GetString()));
        var detail = await client.JsonAsync($"/model/versions/{first}");
        Assert.Equal(first, detail.GetProperty("version").GetString());

        await ActivateAsync(client, first);
        await ActivateAsync(client, second);
        await PredictedByAsync(client, second);

        using var rollback = await client.PostAsJsonAsync("/model/rollback", new { reason = "the walk" });
        Assert.Equal(first, (await rollback.JsonAsync()).GetProperty("active_version").GetString());
        await PredictedByAsync(client, first);

        using var deletion = await client.DeleteAsync($"/model/version/{second}");
        Shape.Is(await deletion.JsonAsync(), "success:bool message:string");
        Assert.Equal([first], (await client.JsonAsync("/model/versions")).GetProperty("models").EnumerateArray().Select(m => m.GetProperty("version").GetString()));
    }

    private static async Task<string> RetrainAsync(HttpClient client, int seed)
    {
        using var accepted = await client.PostAsJsonAsync(
            "/model/retrain", new { use_database = false, dataset_name = "sample.csv", epochs = 5, batch_size = 64, learning_rate = 0.001, hidden_size = 16, seed });
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), accepted.Headers.RetryAfter?.Delta);
        var answer = await accepted.JsonAsync();
        Shape.Is(answer, "job_id:string status:string status_url:string");
        var job = answer.GetProperty("job_id").GetString()!;
        Assert.Equal($"/model/jobs/{job}", accepted.Headers.Location?.OriginalString);
        Assert.Equal($"/model/jobs/{job}", answer.GetProperty("status_url").GetString());
        Assert.Equal("queued", answer.GetProperty("status").GetString());
        return (await client.WaitForAsync(job, "succeeded")).GetProperty("version").GetString()!;
    }

    private static async Task ActivateAsync(HttpClient client, string version)
    {
        using var response = await client.PostAsJsonAsync("/model/activate", new { version });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = await response.JsonAsync();
        Shape.Is(answer, "success:bool message:string active_version:string");
        Assert.True(answer.GetProperty("success").GetBoolean());
        Assert.Equal(version, answer.GetProperty("active_version").GetString());
    }

    private static async Task PredictedByAsync(HttpClient client, string version)
    {
        using var response = await client.PostTextAsync("/model/predict", Api.Patient(9.5));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(version, (await response.JsonAsync()).GetProperty("version").GetString());
    }
}
