using ModelOps.TestSupport;

namespace ModelOps.Faults.Tests.Harness;

/// <summary>A place in an installation for one process after the other: who is killed is started again under the same name.</summary>
internal sealed class Member(string name, string role) : IAsyncDisposable
{
    private bool _isPlain;

    public string Name { get; } = name;

    public string Role { get; } = role;

    public bool IsApi => Role != "Worker";

    /// <summary>The present process, or the last one.</summary>
    public ServiceProcess Process { get; private set; } = null!;

    /// <summary>Null while it isn't ready.</summary>
    public Uri? Address { get; private set; }

    public bool IsRunning => Process is { HasEnded: false };

    /// <summary>Whether it is ready, and was started without faults or settings of a test.</summary>
    public bool IsSound => IsRunning && Address is not null && _isPlain;

    /// <param name="isPlain">Whether the settings are those of every test.</param>
    public async Task StartAsync(IEnumerable<(string Key, string Value)> settings, bool isPlain)
    {
        _isPlain = isPlain;
        if (Process is not null)
        {
            await Process.DisposeAsync();
        }

        Process = ServiceProcess.Start([.. settings, ("ModelOps__Role", Role)]);
    }

    public async Task UntilReadyAsync()
    {
        var address = await Process.ListeningAsync();
        using var client = new HttpClient { BaseAddress = address };
        await Poll.UntilAsync(
            async () =>
            {
                using var answer = await client.GetAsync("/health/ready");
                return answer.IsSuccessStatusCode;
            },
            $"{Name} to be ready");
        Address = address;
    }

    public async Task KillAsync()
    {
        Address = null;
        await Process.KillAsync();
    }

    /// <summary>Gives the exit code.</summary>
    public async Task<int> StopAsync()
    {
        Address = null;
        return await Process.TerminateAsync();
    }

    /// <summary>Waits until it has died of a fault that it was started with.</summary>
    public async Task UntilDeadAsync()
    {
        await Process.EndAsync();
        Address = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (Process is not null)
        {
            await Process.DisposeAsync();
        }
    }
}
