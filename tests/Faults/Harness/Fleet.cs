using ModelOps.Faults.Tests.History;
using ModelOps.TestSupport;

namespace ModelOps.Faults.Tests.Harness;

/// <summary>An installation: processes that share a database and a data directory, and clients whose every request is recorded.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    public const string Environment = "FaultTesting";

    /// <summary>So that a test waits seconds for what takes half a minute in production.</summary>
    public static readonly (string Key, string Value)[] Hurried =
    [
        ("ModelOps__Timing__LeaseSeconds", "5"),
        ("ModelOps__Timing__ReconcileSeconds", "1"),
        ("ModelOps__Timing__SettledSeconds", "3"),
    ];

    private readonly DirectoryInfo? _ownData;
    private readonly (string Key, string Value)[] _settings;

    private Fleet(PostgresCluster? cluster, string? connectionString, string? dataDirectory, string[] roles, (string, string)[] settings)
    {
        Cluster = cluster;
        ConnectionString = connectionString;
        _ownData = dataDirectory is null ? Directory.CreateTempSubdirectory("modelops-faults-") : null;
        DataDirectory = dataDirectory ?? _ownData!.FullName;
        Pauses = Directory.CreateTempSubdirectory("modelops-pauses-");
        Members = [.. roles.Select((role, i) => new Member($"{role.ToLowerInvariant()}{roles.Take(i).Count(r => r == role) + 1}", role))];
        _settings = settings;
    }

    /// <summary>Null for an embedded installation.</summary>
    public PostgresCluster? Cluster { get; }

    public string? ConnectionString { get; }

    public string DataDirectory { get; }

    /// <summary>Where paused fault points wait.</summary>
    public DirectoryInfo Pauses { get; }

    public IReadOnlyList<Member> Members { get; }

    public Recorder History { get; private set; } = new();

    public Token Token { get; } = new();

    public Member Api1 => Members.First(m => m.IsApi);

    public Member Api2 => Members.Where(m => m.IsApi).ElementAt(1);

    public IEnumerable<Member> Workers => Members.Where(m => m.Role != "Api");

    /// <summary>On PostgreSQL, all members started and ready.</summary>
    public static async Task<Fleet> StartAsync(
        PostgresCluster cluster,
        string[] roles,
        (string Key, string Value)[]? settings = null,
        string? connectionString = null,
        string? dataDirectory = null)
    {
        connectionString ??= await PreparedDatabase.CreateAsync(cluster);
        var fleet = new Fleet(cluster, connectionString, dataDirectory, roles, settings ?? Hurried);
        return await fleet.StartedAsync();
    }

    /// <summary>One process with its own database.</summary>
    public static Task<Fleet> StartEmbeddedAsync(string? dataDirectory = null)
    {
        var fleet = new Fleet(null, null, dataDirectory, ["All"], Hurried);
        if (dataDirectory is null)
        {
            PreparedDatabase.CopyTo(fleet.DataDirectory, ServiceProcess.Assembly);
        }

        return fleet.StartedAsync();
    }

    /// <summary>Starts a member, without waiting for it.</summary>
    /// <param name="faults">Its fault points.</param>
    public Task LaunchAsync(Member member, string? faults = null, params (string Key, string Value)[] settings) => member.StartAsync(
        [
            ("ASPNETCORE_ENVIRONMENT", Environment),
            ("ModelOps__DataDirectory", DataDirectory),
            ("ModelOps__RateLimits__LoginsPerMinute", "1000000"),
            ("MODELOPS_FAULT_FOLDER", Pauses.FullName),
            ("MODELOPS_FAULT_POINTS", faults ?? ""),
            ("ConnectionStrings__ModelOps", ConnectionString ?? ""),
            .. _settings,
            .. settings,
        ],
        isPlain: faults is null && settings.Length == 0);

    public async Task StartAsync(Member member, string? faults = null, params (string Key, string Value)[] settings)
    {
        await LaunchAsync(member, faults, settings);
        await member.UntilReadyAsync();
    }

    /// <summary>Ends a member in an orderly way where it runs, and starts it with other faults or settings.</summary>
    public async Task RestartAsync(Member member, string? faults = null, params (string Key, string Value)[] settings)
    {
        if (member.IsRunning)
        {
            await member.StopAsync();
        }

        await StartAsync(member, faults, settings);
    }

    /// <summary>All at once: a start alone keeps one core busy.</summary>
    public Task RestartAsync(IEnumerable<Member> members, string? faults = null, params (string Key, string Value)[] settings) =>
        Task.WhenAll(members.Select(member => RestartAsync(member, faults, settings)));

    /// <summary>Starts again whoever is gone or was given faults.</summary>
    public Task HealAsync() => RestartAsync(Members.Where(m => !m.IsSound).ToList());

    /// <summary>Begins a new history, with every member running and without faults.</summary>
    public async Task RenewAsync()
    {
        foreach (var leftover in Pauses.EnumerateFiles())
        {
            leftover.Delete();
        }

        await HealAsync();
        History = History.Renewed();
    }

    public RecordingClient Client(Member? preferred = null) => new(this, preferred);

    /// <summary>Whether a paused point was reached.</summary>
    public bool IsPaused(string point) => File.Exists(Path.Combine(Pauses.FullName, $"{point}.reached"));

    public void Resume(string point) => File.WriteAllText(Path.Combine(Pauses.FullName, $"{point}.go"), "");

    /// <summary>The worker whose trainer is at work.</summary>
    public Member? BusyWorker() => Workers.FirstOrDefault(w => w.IsRunning && w.Process.FindTrainer() is not null);

    /// <summary>What the members said, for whoever reads a failed test.</summary>
    public string Said() => string.Join('\n', Members.Select(m => $"{m.Name}: {m.Process.Output[^Math.Min(m.Process.Output.Length, 3_000)..]}"));

    public Task<object?> AskAsync(string sql) => Cluster!.ExecuteAsync(sql, ConnectionString);

    public async ValueTask DisposeAsync()
    {
        foreach (var member in Members)
        {
            await member.DisposeAsync();
        }

        Token.Dispose();
        Pauses.Delete(recursive: true);
        _ownData?.Delete(recursive: true);
    }

    private async Task<Fleet> StartedAsync()
    {
        try
        {
            foreach (var member in Members)
            {
                await LaunchAsync(member);
            }

            foreach (var member in Members)
            {
                await member.UntilReadyAsync();
            }

            return this;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }
}

/// <summary>The administrator's access token; every replica takes it.</summary>
internal sealed class Token : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private string? _value;

    public void Dispose() => _one.Dispose();

    public async Task<string> GetAsync(HttpClient http, Uri replica, string? refused)
    {
        await _one.WaitAsync();
        try
        {
            if (_value is null || _value == refused)
            {
                using var login = await http.PostAsync(
                    new Uri(replica, "/auth/login"),
                    System.Net.Http.Json.JsonContent.Create(new { email = ServiceProcess.AdminEmail, password =
                        ServiceProcess.AdminPassword }));
                login.EnsureSuccessStatusCode();
                using var body = System.Text.Json.JsonDocument.Parse(await login.Content.ReadAsStringAsync());
                _value = body.RootElement.GetProperty("access_token").GetString();
            }

            return _value!;
        }
        finally
        {
            _one.Release();
        }
    }
}
