using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ModelOps.Faults.Tests.Harness;
using ModelOps.Faults.Tests.History;

namespace ModelOps.Faults.Tests.Named;

/// <summary>What may happen to those who answer, and what clients do to them.</summary>
[Collection(ServersGroup.Name)]
public sealed class ApiFaultTests(FleetFixture fixture)
{
    private static readonly TimeSpan AllAgree = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task F05_ApiKilledBetweenCommitAndEnqueue_TheJobRunsAllTheSame()
    {
        var fleet = await fixture.FleetAsync();
        var dataset = await fleet.Client(fleet.Api2).UploadSampleAsync(seed: 5);
        await fleet.RestartAsync(fleet.Api1, "job.enqueue=kill");
        var key = RecordingClient.NewTag();

        var lost = await fleet.Client(fleet.Api1).RetrainAsync(dataset, key: key, repeatable: false);
        await fleet.Api1.UntilDeadAsync();
        Assert.Null(lost.Status);
        await fleet.StartAsync(fleet.Api1);
        var answered = await fleet.Client(fleet.Api1).RetrainAsync(dataset, key: key);
        await fleet.Client().UntilAsync(answered.Text("job_id")!, "succeeded", TimeSpan.FromSeconds(30));

        Assert.Equal(1L, await fleet.AskAsync("SELECT count(*) FROM training_jobs WHERE \"DataSha256\" = "
            + $"(SELECT \"DataSha256\" FROM training_jobs WHERE \"Id\" = '{answered.Text("job_id")}')"));
        await fixture.CheckAsync();
    }

    [Theory]
    [InlineData("transaction.commit=kill", false)]
    [InlineData("serving.publish/{0}=kill", true)]
    public async Task F07_ApiKilledDuringActivation_LeavesTheOldOrTheNewVersion(string fault, bool isNew)
    {
        var fleet = await fixture.FleetAsync();
        var other = fleet.Client(fleet.Api2);
        var before = (await other.GetAsync("/model/active")).Body!.Value;
        var old = before.GetProperty("version").GetString()!;
        var next = await other.TrainAsync(await other.UploadSampleAsync());
        var epoch = before.GetProperty("epoch").GetInt64() + 1;
        await fleet.RestartAsync(fleet.Api1, string.Format(System.Globalization.CultureInfo.InvariantCulture, fault, epoch));
        using var end = new CancellationTokenSource();
        var predictions = Hold.EveryAsync(TimeSpan.FromMilliseconds(10), () => fleet.Client().PredictAsync(), end.Token);

        var lost = await fleet.Client(fleet.Api1).ActivateAsync(next);
        await fleet.Api1.UntilDeadAsync();
        Assert.Null(lost.Status);
        await Poll.UntilAsync(
            async () => (await other.PredictAsync()).Text("version") == (isNew ? next : old), "the replica to follow", AllAgree);
        await fleet.StartAsync(fleet.Api1);
        var restarted = await fleet.Client(fleet.Api1).PredictAsync();
        await end.CancelAsync();
        await predictions;

        Assert.Equal(isNew ? next : old, restarted.Text("version"));
        await fixture.CheckAsync();
    }

    [Fact]
    public async Task F17_TwentyClientsChangeTheActiveVersionAtOnce_AreSerialised()
    {
        var fleet = await fixture.FleetAsync();
        var client = fleet.Client();
        var dataset = await client.UploadSampleAsync();
        var versions = new List<string>();
        for (var seed = 0; seed < 3; seed++)
        {
            versions.Add(await client.TrainAsync(dataset, seed: seed));
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(async () =>
        {
            var mine = fleet.Client();
            return i switch
            {
                < 10 => await mine.ActivateAsync(versions[i % versions.Count]),
                < 15 => await mine.RollbackAsync(),

                // Not the last one, so that there is always something to activate.
                _ => await mine.DeleteVersionAsync(versions[i % 2]),
            };
        })));

        Assert.All(answers, answer => Assert.True(answer.Status is 200 or 404 or 409, answer.ToString()));
        Assert.Contains(answers, answer => answer is { Succeeded: true, Question.Operation: Operation.Activate });
        var active = (await client.GetAsync("/model/active")).Body!.Value;
        await Poll.UntilAsync(() => Pointer(fleet) == (active.GetProperty("version").GetString(), active.GetProperty("epoch").GetInt64()),
            "the pointer's file to agree");
        await fixture.CheckAsync();
    }

    [Fact]
    public async Task F17_TwentyEqualRetrainsWithOneKey_MakeOneJob()
    {
        var fleet = await fixture.FleetAsync();
        var dataset = await fleet.Client().UploadSampleAsync();
        var key = RecordingClient.NewTag();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(_ => Task.Run(() => fleet.Client().RetrainAsync(dataset, key: key))));

        Assert.All(answers, answer => Assert.True(answer.Status == 202, answer.ToString()));
        Assert.Single(answers.Select(answer => answer.Text("job_id")).Distinct());
        await fixture.CheckAsync();
    }

    /// <param name="dribbles">Goes on sending, byte by byte, instead of hanging up.</param>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task F18_ClientThatHangsUpOrDribblesInAnUpload_LeavesNothing(bool dribbles)
    {
        var fleet = await fixture.FleetAsync();
        var name = RecordingClient.NewName();
        await fleet.Client(fleet.Api1).PredictAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(fleet.Api1.Address!.Host, fleet.Api1.Address.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(await HeadAsync(fleet, name));

        // Who dribbles sends little from the start: the service counts the bytes of a second on the average of the whole request.
        await stream.WriteAsync(Encoding.UTF8.GetBytes(RecordingClient.Sample(dribbles ? 5 : 5_000)));
        var staging = Path.Combine(fleet.DataDirectory, "staging");
        await Poll.UntilAsync(() => Directory.EnumerateFileSystemEntries(staging).Any(), "the upload to arrive");

        if (dribbles)
        {
            using var end = new CancellationTokenSource();
            var dribble = DribbleAsync(stream, end.Token);
            await Poll.UntilAsync(() => !Directory.EnumerateFileSystemEntries(staging).Any(), "the service to lose its patience");
            await end.CancelAsync();
            await dribble;
        }
        else
        {
            socket.Close();
            await Poll.UntilAsync(() =>
                !Directory.EnumerateFileSystemEntries(staging).Any(), "the temporary file to go", TimeSpan.FromSeconds(5));
        }

        Assert.Equal(404, (await fleet.Client().GetAsync($"/model/datasets/{name}")).Status);
        await fixture.CheckAsync();
    }

    private static (string? Version, long Epoch) Pointer(Fleet fleet)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(fleet.DataDirectory, "active_model.json")));
        return (file.RootElement.GetProperty("active_model").GetString(), file.RootElement.GetProperty("epoch").GetInt64());
    }

    /// <summary>The beginning of a long multipart body.</summary>
    private static async Task<byte[]> HeadAsync(Fleet fleet, string name)
    {
        using var http = new HttpClient();
        var token = await fleet.Token.GetAsync(http, fleet.Api1.Address!, null);
        return Encoding.UTF8.GetBytes(
            $"POST /model/upload-dataset HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
            + "Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: 10000000\r\n\r\n"
            + $"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    }

    private static Task DribbleAsync(NetworkStream stream, CancellationToken end) => Hold.EveryAsync(
        TimeSpan.FromMilliseconds(200),
        async () =>
        {
            try
            {
                await stream.WriteAsync("5"u8.ToArray(), end);
            }
            catch (IOException)
            {
                // The service has hung up.
            }
        },
        end);
}
