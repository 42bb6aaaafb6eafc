using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ModelOps.Faults.Tests.Harness;
using ModelOps.TestSupport;

namespace ModelOps.Faults.Tests.Named;

/// <summary>What goes on for long when the right to it is taken away.</summary>
[Collection(ServersGroup.Name)]
public sealed class SessionFaultTests
{
    private const string Password = "one of the many 22";

    private const int Downloads = 20;

    /// <summary>More than an account allows, however few a busy machine answers in a time.</summary>
    private const int Guesses = 8;

    /// <summary>Much longer than the intervals below, because the machine may be busy.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Shortened from 30 s and 10 s, with which the same ends within a minute; see SessionTimingTests.</summary>
    private static readonly (string Key, string Value)[] Hurried =
    [
        ("ModelOps__Timing__SessionCheckSeconds", "1"),
        ("ModelOps__Timing__SessionWatchSeconds", "0.5"),
        ("ModelOps__RateLimits__LoginsPerMinute", "1000000"),
    ];

    [Theory]
    [InlineData(Provider.Sqlite)]
    [InlineData(Provider.PostgreSql)]
    public async Task F22_UserDisabledDemotedSignedOutOrDeleted_EndsWhatIsOpen_AndALockEndsNothing(Provider provider)
    {
        var connection = "";
        if (provider == Provider.PostgreSql)
        {
            PostgresCluster.Require();
            connection = await PreparedDatabase.CreateAsync(await PostgresCluster.SharedAsync());
        }

        await using var service = ServiceProcess.Start([.. Hurried, ("ConnectionStrings__ModelOps", connection)]);
        using var admin = await service.AdminAsync();
        await Poll.UntilAsync(async () => (await admin.GetAsync("/health/ready")).IsSuccessStatusCode, "the service to be ready");
        var dataset = await UploadAsync(admin);

        var trained = await QueueAsync(admin, dataset, epochs: 1, hidden: 1_024);
        await Poll.UntilAsync(async () => await JobAsync(admin, trained, "status") == "succeeded", "the training");
        var (file, size) = await FileAsync(admin, (await JobAsync(admin, trained, "version"))!);
        var job = await QueueAsync(admin, dataset, epochs: 10_000, hidden: 1_024);

        foreach (var how in new[] { "disable", "demote", "sign out", "delete" })
        {
            var (id, email) = await CreateUserAsync(admin);
            var token = await LoginAsync(service, email);
            var address = await service.ListeningAsync();
            OpenConnection[] open =
            [
                OpenConnection.EventStream(address, token, job),
                OpenConnection.Page(address, token),
                OpenConnection.Upload(address, token),
                OpenConnection.Download(address, token, file, Downloads),
            ];
            try
            {
                await Poll.UntilAsync(() => open.All(each => each.Bytes > 0), $"data on {Names(open.Where(each => each.Bytes == 0))}");
                await GuessAsync(service, email, TimeSpan.FromSeconds(3));
                Assert.Empty(open.Where(each => !each.IsOpen).Select(each => each.Name));

                await EndAsync(service, admin, how, id, token);

                var since = Stopwatch.StartNew();
                await Poll.UntilAsync(() => open[..^1].All(each => !each.IsOpen) || since.Elapsed > Limit, "the end of everything");
                Assert.Equal("", Names(open[..^1].Where(each => each.IsOpen)));

                // The page is ended last. What the download can still read was sent before.
                var download = open[^1];
                download.Hurry();
                await Poll.UntilAsync(() => !download.IsOpen, "the end of the download");
                Assert.InRange(download.Bytes, 1, (size * Downloads) - 1);
            }
            finally
            {
                foreach (var each in open)
                {
                    await each.DisposeAsync();
                }
            }
        }

        using var cancelled = await admin.PostAsync($"/model/jobs/{job}/cancel", null);
        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
    }

    private static string Names(IEnumerable<OpenConnection> open) => string.Join(", ", open.Select(each => each.Name));

    private static async Task EndAsync(ServiceProcess service, HttpClient admin, string how, string id, string token)
    {
        using var own = await service.AnonymousAsync();
        own.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = how switch
        {
            "disable" => await admin.PatchAsJsonAsync($"/users/{id}", new { disabled = true }),
            "demote" => await admin.PatchAsJsonAsync($"/users/{id}", new { role = "USER" }),
            "sign out" => await own.PostAsync("/auth/logout", null),
            _ => await admin.DeleteAsync($"/users/{id}"),
        };
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Locks the account, and goes on for a time in which the sessions are checked several times.</summary>
    private static async Task GuessAsync(ServiceProcess service, string email, TimeSpan time)
    {
        using var guesser = await service.AnonymousAsync();
        var since = Stopwatch.StartNew();
        for (var guesses = 0; guesses < Guesses || since.Elapsed < time; guesses++)
        {
            using var guess = await guesser.PostAsJsonAsync("/auth/login", new { email, password = "a wrong one" });
            Assert.Equal(HttpStatusCode.Unauthorized, guess.StatusCode);
        }

        using var locked = await guesser.PostAsJsonAsync("/auth/login", new { email, password = Password });
        Assert.Equal(HttpStatusCode.Unauthorized, locked.StatusCode);
    }

    /// <summary>The address and size of a version's weights.</summary>
    private static async Task<(string Path, long Bytes)> FileAsync(HttpClient admin, string version)
    {
        const string Name = "model.safetensors";
        var detail = await admin.GetFromJsonAsync<JsonElement>($"/model/versions/{version}");
        var file = detail.GetProperty("files").EnumerateArray().Single(f => f.GetProperty("name").GetString() == Name);
        return ($"/model/versions/{version}/files/{Name}", file.GetProperty("bytes").GetInt64());
    }

    private static async Task<string> UploadAsync(HttpClient admin)
    {
        var name = RecordingClient.NewName();
        using var response = await admin.PostAsync(
            "/model/upload-dataset",
            new MultipartFormDataContent { { new StringContent(RecordingClient.Sample(300)), "file", name } });
        response.EnsureSuccessStatusCode();
        return name;
    }

    private static async Task<string> QueueAsync(HttpClient admin, string dataset, int epochs, int hidden)
    {
        using var response = await admin.PostAsJsonAsync(
            "/model/retrain", new { use_database = false, dataset_name = dataset, epochs, hidden_size = hidden });
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job_id").GetString()!;
    }

    private static async Task<string?> JobAsync(HttpClient admin, string job, string member) =>
        (await admin.GetFromJsonAsync<JsonElement>($"/model/jobs/{job}")).GetProperty(member).GetString();

    private static async Task<(string Id, string Email)> CreateUserAsync(HttpClient admin)
    {
        var email = $"{Guid.NewGuid():N}@example.org";
        using var response = await admin.PostAsJsonAsync("/users", new { email, password = Password, role = "ADMIN" });
        response.EnsureSuccessStatusCode();
        return ((await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!, email);
    }

    private static async Task<string> LoginAsync(ServiceProcess service, string email)
    {
        using var client = await service.AnonymousAsync();
        using var response = await client.PostAsJsonAsync("/auth/login", new { email, password = Password });
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
    }
}
