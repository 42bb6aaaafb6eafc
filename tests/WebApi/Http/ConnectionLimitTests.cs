using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ModelOps.WebApi.Tests.Http;

/// <summary>Connections and uploads that hold the service up are refused in words.</summary>
public sealed class ConnectionLimitTests
{
    [Fact]
    public async Task Connections_BeyondTheLimit_AreAnsweredAndClosed()
    {
        await using var service = await ServiceFixture.StartAsync(("ModelOps:Connections:Max", "2"));
        using var first = await ConnectAsync(service);
        using var second = await ConnectAsync(service);
        Assert.StartsWith("HTTP/1.1 200", await AskAsync(first), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await AskAsync(second), StringComparison.Ordinal);

        using (var third = await ConnectAsync(service))
        {
            var answer = await AskAsync(third);

            Assert.StartsWith("HTTP/1.1 503", answer, StringComparison.Ordinal);
            Assert.Contains("too_many_connections", answer, StringComparison.Ordinal);
            Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
            Assert.Contains("Retry-After", answer, StringComparison.Ordinal);
        }

        Assert.StartsWith("HTTP/1.1 200", await AskAsync(first), StringComparison.Ordinal);
        first.Close();
        await Api.UntilAsync(
            async () =>
            {
                using var next = await ConnectAsync(service);
                return (await AskAsync(next)).StartsWith("HTTP/1.1 200", StringComparison.Ordinal);
            },
            "room for another connection");
    }

    [Fact]
    public async Task Upload_SlowerThanTheSlowest_IsARequestTimeout()
    {
        await using var service = await ServiceFixture.StartAsync(("ModelOps:Uploads:MinBytesPerSecond", "100000"));
        using var admin = await service.AdminAsync();
        using var connection = await ConnectAsync(service);
        var head = $"""
            POST /model/upload-dataset HTTP/1.1
            Host: {service.ClientOptions.BaseAddress.Authority}
            Authorization: {admin.DefaultRequestHeaders.Authorization}
            Content-Type: multipart/form-data; boundary=edge
            Content-Length: 1000000

            --edge
            Content-Disposition: form-data; name="file"; filename="slow.csv"

            {Api.Header}
            """.ReplaceLineEndings("\r\n");
        var since = Stopwatch.StartNew();
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));

        var answer = await ReadAsync(connection);

        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
        Assert.Contains("request_timeout", answer, StringComparison.Ordinal);
        Assert.InRange(since.Elapsed.TotalSeconds, 5, 50);
        Assert.Empty(Directory.GetFiles(Path.Combine(service.Settings["ModelOps:DataDirectory"]!, "staging")));
    }

    private static async Task<TcpClient> ConnectAsync(ServiceFixture service)
    {
        var client = new TcpClient();
        await client.ConnectAsync(service.ClientOptions.BaseAddress.Host, service.ClientOptions.BaseAddress.Port);
        return client;
    }

    private static async Task<string> AskAsync(TcpClient connection)
    {
        await connection.GetStream().WriteAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        return await ReadAsync(connection);
    }

    /// <summary>One answer, as far as its length says or until the connection ends.</summary>
    private static async Task<string> ReadAsync(TcpClient connection)
    {
        using var limit = new CancellationTokenSource(Api.Patience);
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!IsWhole(text.ToString()))
        {
            var read = await connection.GetStream().ReadAsync(buffer, limit.Token);
            if (read == 0)
            {
                break;
            }

            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        return text.ToString();
    }

    private static bool IsWhole(string answer)
    {
        if (answer.Split("\r\n\r\n", 2) is not [var head, var body])
        {
            return false;
        }

        const string name = "Content-Length: ";
        var length = head.Split("\r\n").FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..];
        return length is null
            ? body.EndsWith("0\r\n\r\n", StringComparison.Ordinal)
            : body.Length >= int.Parse(length, CultureInfo.InvariantCulture);
    }
}
