using System.Net;
using System.Net.Http.Headers;

namespace ModelOps.WebApi.Tests.Http;

/// <summary>What clients may leave out or write in another way.</summary>
public sealed class CourtesyTests
{
    [Fact]
    public async Task Head_WhereverGetIsAnswered_HasItsStatusAndHeadersAndNoBody()
    {
        await using var service = await ServiceFixture.StartAsync();
        using var client = await service.AdminAsync();
        using var anonymous = service.CreateClient();
        var version = await client.TrainAsync(await client.SampleDatasetAsync(100), epochs: 1);
        var job = (await client.JsonAsync($"/model/versions/{version}")).GetProperty("job_id").GetString();

        foreach (var (user, path) in new[]
        {
            (anonymous, "/health/live"), (anonymous, "/health/ready"), (anonymous, "/openapi/v1.json"), (anonymous, "/login"),
            (anonymous, "/dashboard.css"), (anonymous, "/model/versions"), (anonymous, "/nothing/here"),
            (client, "/model/versions"), (client, $"/model/jobs/{job}"), (client, $"/model/jobs/{job}/events"),
            (client, $"/model/versions/{version}/files/metadata.json"), (client, "/model/active"), (client, "/metrics"),
        })
        {
            using var get = await user.GetAsync(path);
            using var head = await user.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));

            Assert.Equal((path, get.StatusCode), (path, head.StatusCode));
            Assert.Equal((path, get.Content.Headers.ContentType), (path, head.Content.Headers.ContentType));
            Assert.Equal((path, get.Headers.ETag), (path, head.Headers.ETag));
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task Head_OfAnEventStream_DoesNotFollowTheTraining()
    {
        await using var service = await ServiceFixture.StartAsync();
        using var client = await service.AdminAsync();
        var job = await client.QueueAsync(await client.SampleDatasetAsync(100), epochs: 10_000);

        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/model/jobs/{job}/events"));

        Assert.Equal("text/event-stream", head.Content.Headers.ContentType?.MediaType);
        Assert.NotEqual("succeeded", (await client.JobAsync(job)).GetProperty("status").GetString());
        await client.CancelAsync(job);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("chunked")]
    [InlineData("form")]
    [InlineData("json")]
    [InlineData("{}")]
    public async Task EmptyBody_WhereEveryMemberIsOptional_IsAnEmptyObject(string kind)
    {
        await using var service = await ServiceFixture.StartAsync();
        using var client = await service.AdminAsync();

        using var rollback = await client.PostAsync("/model/rollback", Body());
        using var retrain = await client.PostAsync("/model/retrain", Body());
        using var predict = await client.PostAsync("/model/predict", Body());

        await rollback.ProblemAsync(409, "nothing_to_roll_back_to");
        await retrain.ProblemAsync(422, "not_enough_records");
        Assert.Contains(predict.StatusCode, new[] { HttpStatusCode.BadRequest, HttpStatusCode.UnsupportedMediaType });

        HttpContent? Body() => kind switch
        {
            "none" => null,
            "chunked" => new StreamContent(new EmptyChunks()) { Headers = { ContentType = new("application/json") } },
            "form" => new FormUrlEncodedContent([]),
            "json" => new StringContent("", new MediaTypeHeaderValue("application/json")),
            _ => new StringContent(kind, new MediaTypeHeaderValue("application/json")),
        };
    }

    [Theory]
    [InlineData("bearer")]
    [InlineData("BEARER")]
    [InlineData("BeArEr")]
    public async Task Scheme_InAnyLetterCase_IsBearer(string scheme)
    {
        await using var service = await ServiceFixture.StartAsync();
        using var client = await service.AdminAsync();
        client.DefaultRequestHeaders.Authorization = new(scheme, client.DefaultRequestHeaders.Authorization!.Parameter);

        using var answer = await client.GetAsync("/auth/me");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>A body without bytes whose length isn't known, so that it is sent in chunks.</summary>
    private sealed class EmptyChunks : MemoryStream
    {
        public override bool CanSeek => false;
    }
}
