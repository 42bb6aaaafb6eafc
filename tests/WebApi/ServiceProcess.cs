using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;

namespace ModelOps.WebApi.Tests;

/// <summary>The service as an operator runs it: a process of its own on a free port, which can be killed.</summary>
internal sealed partial class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo? _ownData;
    private readonly ConcurrentQueue<string> _output = [];
    private readonly ConcurrentQueue<string> _errors = [];
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServiceProcess((string Key, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ModelOps.WebApi.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["ModelOps__Admin__Password"] = ServiceFixture.AdminPassword;
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        if (!start.Environment.ContainsKey("ModelOps__DataDirectory"))
        {
            _ownData = Directory.CreateTempSubdirectory("modelops-process-");
            start.Environment["ModelOps__DataDirectory"] = _ownData.FullName;
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

    /// <param name="environment">Settings; without a data directory it gets one that goes with it.</param>
    public static ServiceProcess Start(params (string Key, string Value)[] environment)
    {
        var service = new ServiceProcess(environment);
        service._process.Start();
        service._process.BeginOutputReadLine();
        service._process.BeginErrorReadLine();
        return service;
    }

    /// <summary>A client of the administrator, once the service answers.</summary>
    public async Task<HttpClient> AdminAsync()
    {
        var client = new HttpClient { BaseAddress = await _listening.Task.WaitAsync(Api.Patience) };
        using var login = await client.PostAsJsonAsync("/auth/login", new { email = ServiceFixture.AdminEmail, password = ServiceFixture.AdminPassword });
        login.EnsureSuccessStatusCode();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await Tokens.ReadAsync(login)).AccessToken);
        return client;
    }

    /// <summary>Ends it as a power cut would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await EndAsync();
    }

    /// <summary>Waits for its end; gives the exit code.</summary>
    public async Task<int> EndAsync()
    {
        using var limit = new CancellationTokenSource(Api.Patience);
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
