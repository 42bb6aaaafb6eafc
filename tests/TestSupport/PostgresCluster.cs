using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Npgsql;

namespace ModelOps.TestSupport;

/// <summary>
/// A PostgreSQL cluster of a test's own: made by <c>initdb</c> in a temporary folder, on a free port of the loopback, with a generated
/// password. It can be stopped, killed and started again, and ends with this process, however that ends: a shell between them holds
/// the other end of a pipe. PostgreSQL refuses to run as root, so root runs it as the user <c>postgres</c>.
/// </summary>
public sealed class PostgresCluster : IAsyncDisposable
{
    private const string User = "modelops";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// $1 is the folder, the rest the command. Reads its input until whoever started it is gone, then ends the cluster and its files.
    /// </summary>
    private const string Leash = """
        folder=$1; shift
        exec 3<&0
        "$@" </dev/null >>"$folder/log" 2>&1 3<&- &
        cluster=$!
        (cat <&3 >/dev/null; : >"$folder/gone"; kill -QUIT $cluster 2>/dev/null; wait_for=50
         while kill -0 $cluster 2>/dev/null && [ $wait_for -gt 0 ]; do sleep 0.1; wait_for=$((wait_for - 1)); done
         kill -KILL $cluster 2>/dev/null; rm -rf "$folder") &
        exec 3<&-
        wait $cluster
        if [ -e "$folder/gone" ]; then wait; else kill $! 2>/dev/null; fi
        exit 0
        """;

    private static readonly Lazy<Task<PostgresCluster>> Shared = new(() => StartNewAsync());

    private readonly string _binaries;
    private readonly DirectoryInfo _folder;
    private readonly string _password = RandomNumberGenerator.GetHexString(24, lowercase: true);
    private readonly bool _durable;
    private Process? _shell;

    private PostgresCluster(string binaries, bool durable)
    {
        _binaries = binaries;
        _durable = durable;
        _folder = Directory.CreateTempSubdirectory("modelops-postgres-");
        Port = LoopbackPort.Free();
    }

    /// <summary>Why there can be no cluster on this machine; null when there can.</summary>
    public static string? Missing { get; } = Find() is null
        ? "PostgreSQL (initdb, postgres) is not installed."
        : OperatingSystem.IsWindows() ? "The cluster's leash needs a POSIX shell." : null;

    public int Port { get; }

    /// <summary>What the server logged.</summary>
    public string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    /// <summary>For whoever ends connections or looks into the tables of every database.</summary>
    public string AdminConnectionString => ConnectionStringOf("postgres");

    private string Data => Path.Combine(_folder.FullName, "data");

    private string LogFile => Path.Combine(_folder.FullName, "log");

    private string PidFile => Path.Combine(Data, "postmaster.pid");

    /// <summary>Fails the running test with the reason where there is no PostgreSQL.</summary>
    public static void Require()
    {
        if (Missing is { } reason)
        {
            throw new InvalidOperationException(reason);
        }
    }

    /// <summary>The cluster that the tests of one assembly share; it ends with their process.</summary>
    public static Task<PostgresCluster> SharedAsync()
    {
        Require();
        return Shared.Value;
    }

    /// <param name="durable">Whether a commit waits for the disk. Tests that kill the cluster need it, others are faster without.</param>
    public static async Task<PostgresCluster> StartNewAsync(bool durable = false)
    {
        var cluster = new PostgresCluster(Find() ?? throw new InvalidOperationException(Missing), durable);
        try
        {
            await cluster.InitializeAsync();
            await cluster.StartAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A new database: an empty one, or a copy of another one, to which nobody may be connected.</summary>
    /// <returns>Its connection string, as an operator would set it.</returns>
    public async Task<string> CreateDatabaseAsync(string? templateConnectionString = null)
    {
        var name = $"modelops_{Guid.NewGuid():N}";
        var template = templateConnectionString is null
            ? "template0" : new NpgsqlConnectionStringBuilder(templateConnectionString).Database;
        await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {template}");
        return ConnectionStringOf(name);
    }

    /// <summary>
    /// Removes a database and ends every connection to it: what a disposed service leaves in the pools of this process would count
    /// against the cluster's limit for minutes.
    /// </summary>
    public Task DropDatabaseAsync(string connectionString) =>
        ExecuteAsync($"DROP DATABASE IF EXISTS {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)");

    /// <summary>Runs SQL as the cluster's superuser.</summary>
    /// <returns>The first column of the first row, null for none.</returns>
    public async Task<object?> ExecuteAsync(string sql, string? connectionString = null)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString ?? AdminConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is var value and not DBNull ? value : null;
    }

    /// <summary>Ends every connection to a database but this one's own, as a fail-over or an administrator would.</summary>
    public Task EndConnectionsAsync() =>
        ExecuteAsync("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname LIKE 'modelops%'");

    /// <summary>Starts a new or stopped cluster, on the same port and files.</summary>
    public async Task StartAsync()
    {
        if (_shell is not null)
        {
            throw new InvalidOperationException("The cluster runs.");
        }

        string[] fast = _durable ? [] : ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"];
        var port = Port.ToString(CultureInfo.InvariantCulture);
        _shell = Start(
            [
                "sh", "-c", Leash, "sh", _folder.FullName, Path.Combine(_binaries, "postgres"), "-D", Data, "-p", port, "-k", _folder.FullName,
                "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=300", "-c", "shared_buffers=32MB", .. fast,
            ]);
        using var limit = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await AnswersAsync())
        {
            if (_shell.HasExited)
            {
                _shell.Dispose();
                _shell = null;
                throw new InvalidOperationException($"PostgreSQL didn't start: {Log}");
            }

            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    /// <summary>An orderly stop: running transactions are rolled back, connections end.</summary>
    public Task StopAsync() => EndAsync(Signals.Interrupt);

    /// <summary>As a power cut: the next start recovers from the log.</summary>
    public Task KillAsync() => EndAsync(Signals.Quit);

    public async ValueTask DisposeAsync()
    {
        if (_shell is not null)
        {
            await KillAsync();
        }

        // What belongs to the user postgres is root's to delete.
        _folder.Refresh();
        if (_folder.Exists)
        {
            _folder.Delete(recursive: true);
        }
    }

    private async Task EndAsync(int signal)
    {
        if (_shell is null)
        {
            return;
        }

        var postmaster = int.Parse((await File.ReadAllLinesAsync(PidFile))[0], CultureInfo.InvariantCulture);
        Signals.Send(postmaster, signal);
        using var limit = new CancellationTokenSource(Patience);
        await _shell.WaitForExitAsync(limit.Token);
        _shell.Dispose();
        _shell = null;
    }

    private async Task InitializeAsync()
    {
        var passwordFile = Path.Combine(_folder.FullName, "password");
        await File.WriteAllTextAsync(passwordFile, _password);
        if (IsRoot)
        {
            await RunAsync("chown", "-R", "postgres", _folder.FullName);
        }

        using var initdb = Start(
            [
                Path.Combine(_binaries, "initdb"), "-D", Data, "-U", User, "--auth=scram-sha-256", $"--pwfile={passwordFile}",
                "--encoding=UTF8", "--locale=C", .. _durable ? Array.Empty<string>() : ["--no-sync"],
            ]);
        await WaitAsync(initdb, "initdb");
        File.Delete(passwordFile);
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await ExecuteAsync("SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private string ConnectionStringOf(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Username = User,
        Password = _password,
        Database = database,

        // Many services share one cluster in a test; none needs many connections.
        MaxPoolSize = 20,

        // Minutes, in seconds: on a busy machine a statement that fills a large table is slow, not wrong.
        CommandTimeout = 300,
    }.ConnectionString;

    private static bool IsRoot => Environment.UserName == "root";

    private static string? Find()
    {
        const string debian = "/usr/lib/postgresql";
        IEnumerable<string> folders = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        if (Directory.Exists(debian))
        {
            folders = Directory.GetDirectories(debian)
                .OrderByDescending(version =>
                    double.TryParse(Path.GetFileName(version), CultureInfo.InvariantCulture, out var number) ? number : 0)
                .Select(version => Path.Combine(version, "bin"))
                .Concat(folders);
        }

        return folders.FirstOrDefault(folder => Exists(Path.Combine(folder, "initdb")) && Exists(Path.Combine(folder, "postgres")));
    }

    /// <summary>A link to what was uninstalled doesn't count.</summary>
    private static bool Exists(string path) => File.Exists(path) && (File.ResolveLinkTarget(path, returnFinalTarget: true)?.Exists ?? true);

    private Process Start(string[] command)
    {
        string[] whole = IsRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", .. command] : command;
        var start = new ProcessStartInfo(whole[0], whole[1..])
        {
            // The shell's input is the leash; nothing is ever written to it.
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.FullName,
        };
        foreach (var setting in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(setting);
        }

        return Process.Start(start)!;
    }

    private static async Task RunAsync(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true,
            RedirectStandardError = true })!;
        await WaitAsync(process, command[0]);
    }

    private static async Task WaitAsync(Process process, string name)
    {
        using var limit = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{name} ended with {process.ExitCode}: {await output} {await errors}");
        }
    }
}
