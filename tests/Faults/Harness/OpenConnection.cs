using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace ModelOps.Faults.Tests.Harness;

/// <summary>Something that a client keeps open, until the service ends it.</summary>
internal sealed class OpenConnection : IAsyncDisposable
{
    private const int Chunk = 4 * 1024;

    /// <summary>Fast enough for the service's limits of slow clients, slow enough to last for minutes.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _ended;
    private volatile bool _hurries;
    private long _bytes;

    private OpenConnection(string name, Func<OpenConnection, CancellationToken, Task> work)
    {
        Name = name;
        _ended = Task.Run(async () =>
        {
            try
            {
                await work(this, _stop.Token);
            }
            catch (Exception exception) when (exception is IOException or SocketException or HttpRequestException or WebSocketException)
            {
                // The service ended the connection.
            }
        });
    }

    public string Name { get; }

    public bool IsOpen => !_ended.IsCompleted;

    /// <summary>How much went through. It grows as long as the connection is open.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public static OpenConnection EventStream(Uri service, string token, string job) => new("event stream", async (open, stop) =>
    {
        using var client = new HttpClient { BaseAddress = service, Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        await using var stream = await client.GetStreamAsync($"/model/jobs/{job}/events", stop);
        await open.ReadAsync(stream, stop);
    });

    /// <summary>The connection of a dashboard's page: what the page's script opens first.</summary>
    public static OpenConnection Page(Uri service, string token) => new("page", async (open, stop) =>
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        await socket.ConnectAsync(new UriBuilder(service) { Scheme = "ws", Path = "/_blazor" }.Uri, stop);
        await socket.SendAsync(
            Encoding.UTF8.GetBytes("{\"protocol\":\"blazorpack\",\"version\":1}\u001e"), WebSocketMessageType.Text, true, stop);
        var buffer = new byte[Chunk];
        while ((await socket.ReceiveAsync(buffer, stop)) is { MessageType: not WebSocketMessageType.Close } received)
        {
            open.Count(received.Count);
        }
    });

    /// <summary>An upload whose client sends slowly.</summary>
    public static OpenConnection Upload(Uri service, string token) => new("upload", async (open, stop) =>
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(service.Host, service.Port, stop);
        await using var stream = tcp.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST /model/upload-dataset HTTP/1.1\r\nHost: {service.Authority}\r\nAuthorization: Bearer {token}\r\n"
                + "Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: 200000000\r\n\r\n"
                + $"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{Guid.NewGuid():N}.csv\"\r\n\r\n"
                + "HbA1c,AGE,BMI,Gender,CLASS\n"),
            stop);
        var rows = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("5.1,40,22,M,N\n", Chunk / 14)));
        using var timer = new PeriodicTimer(Pace);
        while (await timer.WaitForNextTickAsync(stop))
        {
            await stream.WriteAsync(rows, stop);
            open.Count(rows.Length);
        }
    });

    /// <summary>Downloads of one file, one after the other on one connection, whose client reads slowly.</summary>
    /// <param name="times">So many that they don't all fit into the system's buffers.</param>
    public static OpenConnection Download(Uri service, string token, string path, int times) => new("download", async (open, stop) =>
    {
        using var tcp = new TcpClient { ReceiveBufferSize = Chunk };
        await tcp.ConnectAsync(service.Host, service.Port, stop);
        await using var stream = tcp.GetStream();
        var request = $"GET {path} HTTP/1.1\r\nHost: {service.Authority}\r\nAuthorization: Bearer {token}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(request, times))), stop);
        await open.ReadAsync(stream, stop, Pace);
    });

    /// <summary>Lets a download read as fast as it can: what lies in the system's buffers already.</summary>
    public void Hurry() => _hurries = true;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _ended;
        }
        catch (OperationCanceledException)
        {
            // The test ended it.
        }

        _stop.Dispose();
    }

    private async Task ReadAsync(Stream stream, CancellationToken stop, TimeSpan? pace = null)
    {
        var buffer = new byte[Chunk];
        using var timer = pace is { } every ? new PeriodicTimer(every) : null;
        while (await stream.ReadAsync(buffer, stop) is > 0 and var read)
        {
            Count(read);
            if (timer is not null && !_hurries)
            {
                await timer.WaitForNextTickAsync(stop);
            }
        }
    }

    private void Count(int bytes) => Interlocked.Add(ref _bytes, bytes);
}
