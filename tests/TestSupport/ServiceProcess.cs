using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ModelOps.TestSupport;

/// <summary>
/// The service as an operator runs it: a process of its own on a free port of the loopback, which can be killed, frozen and asked to end.
/// Its executable lies beside the test's, so the test's project refers to the service's.
/// </summary>
public sealed partial class ServiceProcess : IAsyncDisposable
{
    public const string AdminEmail = "admin@localhost";
    public const string AdminPassword = "first of the house 1";

    /// <summary>How long anything may take that a test waits for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Path of the service's assembly, which the build copies beside the tests.</summary>
    public static readonly string Assembly = Path.Combine(AppContext.BaseDirectory, "ModelOps.WebApi.dll");

    private readonly Process _process;
    private readonly DirectoryInfo? _ownData;
    private readonly ConcurrentQueue<string> _output = [];
    private readonly ConcurrentQueue<string> _errors = [];
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServiceProcess(string[] arguments, (string Key, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [Assembly, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["ModelOps__Admin__Password"] = AdminPassword;
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        if (!start.Environment.ContainsKey("ModelOps__DataDirectory"))
        {
            _ownData = Directory.CreateTempSubdirectory("modelops-process-");
            start.Environment["ModelOps__DataDirectory"] = _ownData.FullName;
            if (arguments is [] && !environment.Any(setting => setting.Key.StartsWith("ModelOps__Admin__", StringComparison.Ordinal)))
            {
                PreparedDatabase.CopyTo(_ownData.FullName, Assembly);
            }
        }

        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) =>
        {
            if (!string.IsNullOrWhiteSpace(line.Data))
            {
                _errors.Enqueue(line.Data);
            }
        };
        _process.Exited += (_, _) => _listening.TrySetException(new InvalidOperationException($"The service ended: {Output}"));
    }

    /// <summary>Everything that it wrote, to either stream.</summary>
    public string Output => string.Join('\n', _output.Concat(_errors));

    public IReadOnlyCollection<string> Errors => _errors;

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <param name="environment">Settings; without a data directory it gets one that goes with it.</param>
    public static ServiceProcess Start(params (string Key, string Value)[] environment) => Run([], environment);

    /// <summary>With command-line arguments, such as <c>migrate</c>.</summary>
    public static ServiceProcess Run(string[] arguments, params (string Key, string Value)[] environment)
    {
        var service = new ServiceProcess(arguments, environment);
        service._process.Start();
        service._process.BeginOutputReadLine();
        service._process.BeginErrorReadLine();
        return service;
    }

    /// <summary>Its address, as soon as it listens; that may be before it is ready.</summary>
    public Task<Uri> ListeningAsync() => _listening.Task.WaitAsync(Patience);

    /// <summary>A client without a user.</summary>
    public async Task<HttpClient> AnonymousAsync() => new() { BaseAddress = await ListeningAsync() };

    /// <summary>A client of the first administrator.</summary>
    public async Task<HttpClient> AdminAsync()
    {
        var client = await AnonymousAsync();
        using var login = await client.PostAsJsonAsync("/auth/login", new { email = AdminEmail, password = AdminPassword });
        login.EnsureSuccessStatusCode();
        var token = (await login.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Ends it as a power cut would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await EndAsync();
    }

    /// <summary>Asks it to end, as a supervisor does; gives the exit code.</summary>
    public Task<int> TerminateAsync()
    {
        Signals.Send(Id, Signals.Terminate);
        return EndAsync();
    }

    /// <summary>Nothing of it runs until <see cref="Thaw"/>; its children go on.</summary>
    public void Freeze() => Signals.Send(Id, Signals.Stop);

    public void Thaw() => Signals.Send(Id, Signals.Continue);

    /// <summary>Waits for its end; gives the exit code.</summary>
    public async Task<int> EndAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await EndAsync();
        }

        // Never looked at when the service ended before it listened.
        _ = _listening.Task.Exception;
        _process.Dispose();
        _ownData?.Delete(recursive: true);
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        _output.Enqueue(line);
        if (Listening().Match(line) is { Success: true } match)
        {
            _listening.TrySetResult(new Uri(match.Groups[1].Value));
        }
    }

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex Listening();
}
