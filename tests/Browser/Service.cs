using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using ModelOps.TestSupport;

namespace ModelOps.Browser.Tests;

/// <summary>The service as an operator starts it: a process on a port and a data directory that outlive a restart.</summary>
public sealed class Service : IAsyncDisposable
{
    public const string AdminEmail = "admin@localhost";
    public const string AdminPassword = "first of the house 1";
    public const string UserEmail = "nurse@example.org";
    public const string UserPassword = "one of the many 22";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("modelops-browser-");
    private readonly ConcurrentQueue<string> _output = [];
    private Process? _process;

    private readonly (string Key, string Value)[] _settings;

    private Service(int port, (string Key, string Value)[] settings) =>
        (Address, _settings) = (new Uri($"http://127.0.0.1:{port}/"), settings);

    public Uri Address { get; }

    public HttpClient Admin { get; private set; } = null!;

    public string Output => string.Join('\n', _output);

    public static async Task<Service> StartAsync(params (string Key, string Value)[] settings)
    {
        var service = new Service(LoopbackPort.Free(), settings);
        try
        {
            PreparedDatabase.CopyTo(service._data.FullName, Build.Service);
            await service.RunAsync();
            using var created = await service.Admin.PostAsJsonAsync("/users", new { email = UserEmail, password = UserPassword, role = "USER" });
            created.EnsureSuccessStatusCode();
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it as a power cut would.</summary>
    public async Task KillAsync()
    {
        _process!.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
        Admin.Dispose();
    }

    public async Task RunAsync()
    {
        var start = new ProcessStartInfo("dotnet", [Build.Service]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ASPNETCORE_URLS"] = Address.ToString();
        start.Environment["ModelOps__DataDirectory"] = _data.FullName;
        start.Environment["ModelOps__Admin__Password"] = AdminPassword;
        start.Environment["ModelOps__RateLimits__LoginsPerMinute"] = "100000";
        foreach (var (key, value) in _settings)
        {
            start.Environment[key] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var renewal = new TokenRenewal(AdminEmail, AdminPassword) { InnerHandler = new SocketsHttpHandler() };
        Admin = new HttpClient(renewal) { BaseAddress = Address };
        await UntilAsync(
            async () =>
            {
                Assert.False(_process.HasExited, Output);
                try
                {
                    using var ready = await Admin.GetAsync("/health/live");
                    return ready.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "the service");
        using var login = await Admin.PostAsJsonAsync("/auth/login", new { email = AdminEmail, password = AdminPassword });
        var token = (await login.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString();
        Admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Uploads rows of the repository's made-up sample.</summary>
    public async Task<string> UploadAsync(string name, int rows = 600)
    {
        var csv = string.Join('\n', File.ReadLines(Build.Sample).Take(rows + 1)) + "\n7.1,not a number,31,F,Y\n6.0,140,31,F,P\n";
        using var response = await Admin.PostAsync("/model/upload-dataset", new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes(csv)), "file", name } });
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return name;
    }

    /// <summary>Adds rows of the repository's made-up sample to the records and gives the import's id.</summary>
    public async Task<long> ImportAsync(string name, int rows)
    {
        var csv = string.Join('\n', File.ReadLines(Build.Sample).Take(rows + 1));
        using var response = await Admin.PostAsync("/records/import", new MultipartFormDataContent { { new StringContent(csv), "file", name } });
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("import_id").GetInt64();
    }

    /// <summary>Trains to the end and gives the version's name.</summary>
    public Task<string> TrainAsync(string dataset, int epochs = 40, int seed = 42, string architecture = "crossfit-ple") =>
        VersionAsync(new { use_database = false, dataset_name = dataset, architecture, epochs, seed });

    /// <summary>
    /// A version that has learned nothing, so that it loses to a rule and to every trained version, however the rows are split.
    /// </summary>
    public Task<string> UntrainedAsync(string dataset, int seed) => VersionAsync(
        new { use_database = false, dataset_name = dataset, architecture = "mlp-bn", epochs = 1, learning_rate = 1e-6, seed });

    /// <summary>The number by which people call a version.</summary>
    public async Task<string> NumberAsync(string version) =>
        (await Admin.GetFromJsonAsync<JsonElement>($"/model/versions/{version}")).GetProperty("number").GetRawText();

    /// <summary>
    /// Copies the newest version's row into earlier days, the oldest with the best score: what a service has after a long while.
    /// </summary>
    public async Task MakeOlderVersionsAsync(int count)
    {
        await using var database = new SqliteConnection($"Data Source={Path.Combine(_data.FullName, "modelops.db")}");
        await database.OpenAsync();
        Dictionary<string, string> changed = new()
        {
            ["Id"] = "-day",
            ["JobId"] = "upper(printf('00000000-0000-0000-0000-%012x', day))",
            ["Name"] = "strftime('v%Y%m%d_120000', '2026-01-01', '-' || day || ' days')",
            ["CreatedAt"] = "strftime('%Y-%m-%d 12:00:00', '2026-01-01', '-' || day || ' days')",
            ["Metrics"] = "json_set(Metrics, '$.F1Score', CASE day WHEN $count THEN 0.99 ELSE 0.5 END)",
        };
        List<string> columns = [];
        await using (var ask = new SqliteCommand("SELECT name FROM pragma_table_info('model_versions')", database))
        await using (var reader = await ask.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                columns.Add(reader.GetString(0));
            }
        }

        await using var copy = new SqliteCommand(
            "WITH RECURSIVE days(day) AS (SELECT 1 UNION ALL SELECT day + 1 FROM days WHERE day < $count) "
                + $"INSERT INTO model_versions ({string.Join(", ", columns)}) "
                + $"SELECT {string.Join(", ", columns.Select(column => changed.GetValueOrDefault(column, column)))} "
                + "FROM days, (SELECT * FROM model_versions ORDER BY Id DESC LIMIT 1)",
            database);
        copy.Parameters.AddWithValue("$count", count);
        Assert.Equal(count, await copy.ExecuteNonQueryAsync());
        await using var list = new SqliteCommand(
            """
            INSERT INTO version_listings (VersionId, Number, Dataset, MacroF1, BeatsBaselines, DiabetesMissed, DiabetesMissedAsNegative,
                DiabetesRows, Tags, SearchText)
            SELECT v.Id, 1000 - v.Id, l.Dataset, json_extract(v.Metrics, '$.F1Score'), l.BeatsBaselines, l.DiabetesMissed,
                l.DiabetesMissedAsNegative, l.DiabetesRows, '', v.Name
            FROM model_versions v, (SELECT * FROM version_listings ORDER BY VersionId DESC LIMIT 1) l WHERE v.Id < 0
            """,
            database);
        Assert.Equal(count, await list.ExecuteNonQueryAsync());
    }

    /// <summary>Takes the figures out of every report that reports of earlier builds don't have.</summary>
    public async Task MakeReportsOldAsync()
    {
        string[] members = ["RankedProbabilityScore", "CalibrationByClass", "NetBenefit", "Sets", "Subgroups", "JudgedRows",
            "MissedDiabetes", "Provisional", "ConfidenceIntervals.Recall"];
        await using var database = new SqliteConnection($"Data Source={Path.Combine(_data.FullName, "modelops.db")}");
        await database.OpenAsync();
        await using var change = new SqliteCommand(
            $"UPDATE model_versions SET Summary = json_remove(Summary, {string.Join(", ", members.Select(m => $"'$.Evaluation.{m}'"))})", database);
        Assert.NotEqual(0, await change.ExecuteNonQueryAsync());
    }

    public const string ClinicianEmail = "doctor@example.org";

    /// <summary>Adds somebody who may confirm diagnoses, with the password of the other user.</summary>
    public async Task AddClinicianAsync()
    {
        using var created = await Admin.PostAsJsonAsync(
            "/users", new { email = ClinicianEmail, password = UserPassword, role = "CLINICIAN" });
        created.EnsureSuccessStatusCode();
    }

    /// <summary>Moves the end of every session of a browser.</summary>
    public async Task EndBrowserSessionsInAsync(int minutes)
    {
        await using var database = new SqliteConnection($"Data Source={Path.Combine(_data.FullName, "modelops.db")}");
        await database.OpenAsync();
        await using var change = new SqliteCommand(
            "UPDATE sessions SET ExpiresAt = strftime('%Y-%m-%d %H:%M:%f', 'now', $minutes || ' minutes') WHERE Kind = 'Browser'", database);
        change.Parameters.AddWithValue("$minutes", minutes);
        Assert.NotEqual(0, await change.ExecuteNonQueryAsync());
    }

    public async Task ActivateAsync(string version, string? reason = null)
    {
        using var response = await Admin.PostAsJsonAsync("/model/activate", new { version, reason });
        response.EnsureSuccessStatusCode();
    }

    public async Task<string?> ActiveAsync() =>
        (await Admin.GetFromJsonAsync<JsonElement>("/model/versions?limit=1")).GetProperty("active_model").GetString();

    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await condition())
        {
            try
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"Waited a minute in vain for {what}.");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Admin?.Dispose();
        if (_process is { HasExited: false })
        {
            await KillAsync();
        }

        _data.Delete(recursive: true);
    }

    private async Task<string> VersionAsync(object training)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/model/retrain") { Content = JsonContent.Create(training) };
        request.Headers.Add("Prefer", "wait=120");
        using var response = await Admin.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("version").GetString()!;
    }
}
