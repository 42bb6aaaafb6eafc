using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using ModelOps.Faults.Tests.Checking;

namespace ModelOps.Faults.Tests.Harness;

/// <summary>Looks at an installation at rest.</summary>
internal sealed class Observer(Fleet fleet)
{
    private readonly RecordingClient _client = fleet.Client();

    /// <summary>Waits until every job has ended and every sweep is done, then takes the whole state down.</summary>
    /// <remarks>What doesn't come to rest in time is in the state, for the checker to name.</remarks>
    public async Task<FinalState> AtRestAsync(TimeSpan? limit = null)
    {
        FinalState state = null!;
        try
        {
            await Poll.UntilAsync(async () => IsAtRest(state = await LookAsync(verify: false)), "rest", limit);
        }
        catch (Xunit.Sdk.XunitException) when (state is not null)
        {
        }

        return await LookAsync(verify: true);
    }

    public async Task<int> RecordsAsync() => (await GetAsync("/records/summary")).GetProperty("records").GetInt32();

    private static bool IsAtRest(FinalState state) =>
        state.Jobs.All(j => j.Status is "succeeded" or "failed" or "cancelled")
        && state.Leftovers.Count == 0
        && state.VersionFolders.Order(StringComparer.Ordinal)
            .SequenceEqual(state.Versions.Select(v => v.Name).Order(StringComparer.Ordinal))
        && state.DatasetFiles.Order(StringComparer.Ordinal).SequenceEqual(state.Datasets.Keys.Order(StringComparer.Ordinal));

    private async Task<FinalState> LookAsync(bool verify)
    {
        var jobs = await AllAsync("jobs", "/model/jobs");
        var versions = await AllAsync("models", "/model/versions");
        var activations = await AllAsync("activations", "/model/activations");
        var datasets = await AllAsync("datasets", "/model/datasets");
        var active = versions.Where(v => v.GetProperty("is_active").GetBoolean()).Select(v => v.GetProperty("version").GetString()!).FirstOrDefault();
        if (active is not null)
        {
            active = (await GetAsync("/model/active")).GetProperty("version").GetString();
        }

        var states = new List<VersionState>();
        foreach (var version in versions)
        {
            var name = version.GetProperty("version").GetString()!;
            states.Add(new VersionState(
                name,
                version.GetProperty("job_id").GetString()!,
                version.GetProperty("is_active").GetBoolean(),
                verify ? await DamageAsync(name) : null));
        }

        return new FinalState(
            [.. jobs.Select(JobOf)],
            states,
            [.. activations.Select(ActivationOf)],
            active,
            datasets.ToDictionary(d => d.GetProperty("filename").GetString()!, d => d.GetProperty("sha256").GetString()!),
            await RecordsAsync(),
            Names("versions"),
            [.. Names("datasets").Select(name => name[(name.IndexOf('-', StringComparison.Ordinal) + 1)..])],
            [.. Names("jobs").Concat(Names("staging"))]);
    }

    private static JobState JobOf(JsonElement job) => new(
        job.GetProperty("job_id").GetString()!,
        job.GetProperty("status").GetString()!,
        job.GetProperty("version").GetString(),
        job.GetProperty("attempt").GetInt32(),
        job.GetProperty("error") is { ValueKind: JsonValueKind.Object } error ? error.GetProperty("code").GetString() : null);

    private static ActivationState ActivationOf(JsonElement activation) => new(
        activation.GetProperty("epoch").GetInt64(),
        activation.GetProperty("at").GetDateTime().ToUniversalTime(),
        activation.GetProperty("from").GetString(),
        activation.GetProperty("to").GetString()!,
        activation.GetProperty("reason").GetString());

    /// <summary>Downloads each file and holds it against the list.</summary>
    private async Task<string?> DamageAsync(string version)
    {
        var files = (await GetAsync($"/model/versions/{version}")).GetProperty("files").EnumerateArray().ToList();
        foreach (var file in files)
        {
            var name = file.GetProperty("name").GetString()!;
            var bytes = await _client.DownloadAsync($"/model/versions/{version}/files/{name}");
            if (bytes is null)
            {
                return $"{name} can't be read";
            }

            if (bytes.LongLength != file.GetProperty("bytes").GetInt64()
                || Convert.ToHexStringLower(SHA256.HashData(bytes)) != file.GetProperty("sha256").GetString())
            {
                return $"{name} has other bytes than listed";
            }
        }

        return files.Count == 0 ? "it has no files" : null;
    }

    private async Task<List<JsonElement>> AllAsync(string member, string path)
    {
        var all = new List<JsonElement>();
        string? cursor = "";
        while (cursor is not null)
        {
            var page = await GetAsync(string.Create(CultureInfo.InvariantCulture,
                $"{path}?limit=200{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}"));
            all.AddRange(page.GetProperty(member).EnumerateArray());
            cursor = page.GetProperty("next_cursor").GetString();
        }

        return all;
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        var answer = await _client.GetAsync(path);
        Assert.True(answer.Status == 200, answer.ToString());
        return answer.Body!.Value;
    }

    private List<string> Names(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(Path.Combine(fleet.DataDirectory, folder)).Select(path => Path.GetFileName(path))];
}
