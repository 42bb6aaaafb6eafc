using System.Collections.Concurrent;
using ModelOps.Faults.Tests.Harness;

namespace ModelOps.Faults.Tests.RandomRun;

/// <summary>
/// Clients of every kind, at work until told to end. Each draws from a random generator of its own, so that a seed repeats what they try.
/// </summary>
internal sealed class Load(Fleet fleet, int seed)
{
    private const int MostUnfinished = 6;

    private readonly ConcurrentQueue<string> _datasets = [];
    private readonly ConcurrentDictionary<string, string?> _jobs = new(StringComparer.Ordinal);

    public async Task RunAsync(CancellationToken end)
    {
        _datasets.Enqueue(await fleet.Client().UploadSampleAsync(seed: seed & 0xFFFF));
        await Task.WhenAll(
            Every(20, 1, PredictAsync, end),
            Every(20, 2, PredictAsync, end),
            Every(700, 3, RetrainAsync, end),
            Every(300, 4, FollowAsync, end),
            Every(1_500, 5, UploadAsync, end),
            Every(400, 6, AddRecordsAsync, end),
            Every(500, 7, MoveAsync, end),
            Every(2_500, 8, DeleteAsync, end));
    }

    private Task Every(int milliseconds, int purpose, Func<RecordingClient, Random, Task> work, CancellationToken end)
    {
        var client = fleet.Client();
        var random = new Random(HashCode.Combine(seed, purpose));
        return Task.Run(() =>
            Hold.EveryAsync(TimeSpan.FromMilliseconds(milliseconds), () => work(client, random), end), CancellationToken.None);
    }

    private static Task PredictAsync(RecordingClient client, Random random) => client.PredictAsync(4 + (random.NextDouble() * 8));

    /// <summary>Sometimes twice at once under one key, and again until somebody answers.</summary>
    private async Task RetrainAsync(RecordingClient client, Random random)
    {
        if (_jobs.Count(job => job.Value is null) >= MostUnfinished || !_datasets.TryPeek(out var dataset))
        {
            return;
        }

        var (key, epochs, jobSeed, twice) = (RecordingClient.NewTag(), random.Next(1, 2_500), random.Next(1_000), random.Next(4) == 0);
        var first = client.RetrainAsync(dataset, epochs, jobSeed, key);
        if (twice)
        {
            await client.RetrainAsync(dataset, epochs, jobSeed, key);
        }

        var answer = await first;
        for (var again = 0; again < 20 && answer.IsUnknown; again++)
        {
            await Hold.ForAsync(TimeSpan.FromMilliseconds(500));
            answer = await client.RetrainAsync(dataset, epochs, jobSeed, key);
        }

        if (answer is { Status: 202 })
        {
            _jobs.TryAdd(answer.Text("job_id")!, null);
        }
    }

    private async Task FollowAsync(RecordingClient client, Random random)
    {
        var unfinished = _jobs.Where(job => job.Value is null).Select(job => job.Key).ToList();
        if (unfinished.Count > 0)
        {
            var id = unfinished[random.Next(unfinished.Count)];
            if ((await client.JobAsync(id)).Text("status") is ("succeeded" or "failed" or "cancelled") and var status)
            {
                _jobs[id] = status;
            }
        }
    }

    private async Task UploadAsync(RecordingClient client, Random random)
    {
        var name = RecordingClient.NewName();
        if ((await client.UploadAsync(name, RecordingClient.Sample(100 + random.Next(300), random.Next(1_000)))).Succeeded
            && _datasets.Count < 3)
        {
            _datasets.Enqueue(name);
        }
    }

    private static async Task AddRecordsAsync(RecordingClient client, Random random)
    {
        var (key, amount) = (RecordingClient.NewTag(), random.Next(1, 50));
        for (var again = 0; again < 20 && (await client.AddRecordsAsync(key, amount)).IsUnknown; again++)
        {
            await Hold.ForAsync(TimeSpan.FromMilliseconds(500));
        }
    }

    private static async Task MoveAsync(RecordingClient client, Random random)
    {
        if (random.Next(4) == 0)
        {
            await client.RollbackAsync();
        }
        else if (await PickAsync(client, random) is { } version)
        {
            await client.ActivateAsync(version);
        }
    }

    private static async Task DeleteAsync(RecordingClient client, Random random)
    {
        if (await PickAsync(client, random) is { } version)
        {
            await client.DeleteVersionAsync(version);
        }
    }

    private static async Task<string?> PickAsync(RecordingClient client, Random random)
    {
        var answer = await client.GetAsync("/model/versions?limit=20");
        if (!answer.Succeeded)
        {
            return null;
        }

        var versions = answer.Body!.Value.GetProperty("models").EnumerateArray().Select(v => v.GetProperty("version").GetString()!).ToList();
        return versions.Count == 0 ? null : versions[random.Next(versions.Count)];
    }
}
