using System.Diagnostics;
using System.Text;
using ModelOps.Infrastructure.Training;

namespace ModelOps.Infrastructure.Tests.Startup;

/// <summary>The service as a process, on a data directory of its own and a free port of the loopback.</summary>
internal sealed class ServiceProcess : IDisposable
{
    private const string Ready = "ModelOps is ready";
    private readonly Process _process;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    private ServiceProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) =>
        {
            Add(_output, line.Data);
            if (line.Data?.Contains(Ready, StringComparison.Ordinal) == true)
            {
                _ready.TrySetResult();
            }
        };
        _process.ErrorDataReceived += (_, line) => Add(_error, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output => Text(_output);

    public string Error => Text(_error);

    public static ServiceProcess Start(string dataDirectory, params (string Name, string Value)[] settings)
    {
        // The same executable and host as the trainer's.
        var start = TrainerCommand.Default.For("");
        while (start.ArgumentList.Count > 2)
        {
            start.ArgumentList.RemoveAt(2);
        }

        start.Environment["ModelOps__DataDirectory"] = dataDirectory;
        start.Environment["ModelOps__Admin__Password"] = "first of the house 1";
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return new ServiceProcess(start);
    }

    public async Task ReadyAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await Task.WhenAny(_ready.Task, _process.WaitForExitAsync(limit.Token));
        Assert.True(_ready.Task.IsCompleted, $"The service didn't start.\n{Output}\n{Error}");
    }

    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private static void Add(StringBuilder text, string? line)
    {
        lock (text)
        {
            text.AppendLine(line);
        }
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
