using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ModelOps.TestSupport;

/// <summary>Forwards bytes between clients and a service on the loopback, and cuts connections when a test asks for it.</summary>
public sealed class CuttingProxy : IAsyncDisposable
{
    private readonly Uri _service;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<TcpClient, TcpClient> _open = new();
    private readonly Task _accepting;
    private int _answersToLose;
    private int _lost;

    public CuttingProxy(Uri service)
    {
        _service = service;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>How many connections were cut in the middle of something.</summary>
    public int Lost => _lost;

    /// <summary>Cuts every connection that is open now.</summary>
    public void Cut()
    {
        foreach (var (client, upstream) in _open)
        {
            Lose(client, upstream);
        }
    }

    /// <summary>The service does what the next request asks for, and its answer is lost.</summary>
    public void LoseNextAnswer() => Interlocked.Exchange(ref _answersToLose, 1);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> pairs = [];
        try
        {
            while (true)
            {
                pairs.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(pairs);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (var upstream = new TcpClient())
        {
            try
            {
                await upstream.ConnectAsync(_service.Host, _service.Port, _end.Token);
                _open[client] = upstream;
                await Task.WhenAny(
                    client.GetStream().CopyToAsync(upstream.GetStream(), _end.Token),
                    AnswerAsync(client, upstream));
            }
            catch (Exception lost) when (lost is IOException or SocketException or ObjectDisposedException or OperationCanceledException
                or InvalidOperationException)
            {
                // Either side is gone.
            }
            finally
            {
                _open.TryRemove(client, out _);
            }
        }
    }

    private async Task AnswerAsync(TcpClient client, TcpClient upstream)
    {
        var buffer = new byte[16 * 1024];
        while (await upstream.GetStream().ReadAsync(buffer, _end.Token) is var read and > 0)
        {
            if (Interlocked.Exchange(ref _answersToLose, 0) == 1)
            {
                Lose(client, upstream);
                return;
            }

            await client.GetStream().WriteAsync(buffer.AsMemory(0, read), _end.Token);
        }
    }

    private void Lose(TcpClient client, TcpClient upstream)
    {
        try
        {
            // A client that was closed has no socket any more.
            if (client.Client is not { } socket)
            {
                return;
            }

            // A reset instead of an orderly end.
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception ended) when (ended is ObjectDisposedException or SocketException)
        {
            // The connection has just ended by itself.
            return;
        }

        Interlocked.Increment(ref _lost);
        client.Close();
        upstream.Close();
    }
}
