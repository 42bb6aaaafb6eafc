using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace ModelOps.TestSupport;

/// <summary>
/// nginx in front of a service, with the configuration that docs/operations.md shows, on a free port of the loopback and without TLS. It
/// ends with this process, however that ends: a shell between them holds the other end of a pipe.
/// </summary>
public sealed partial class NginxProxy : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _shell;
    private readonly DirectoryInfo _folder;

    private NginxProxy(Process shell, DirectoryInfo folder, int port)
    {
        _shell = shell;
        _folder = folder;
        Address = new Uri($"http://127.0.0.1:{port}/modelops/");
    }

    /// <summary>Where the service is shown, with a slash at the end.</summary>
    public Uri Address { get; }

    /// <param name="service">The service's own address.</param>
    /// <param name="documented">The text of docs/operations.md.</param>
    /// <param name="strips">Whether the proxy takes its path off the addresses that it passes on.</param>
    public static async Task<NginxProxy> StartAsync(Uri service, string documented, bool strips = false)
    {
        var nginx = new[] { "/usr/sbin/nginx", "/usr/local/sbin/nginx", "/opt/homebrew/bin/nginx" }.FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("nginx is not installed.");
        var port = LoopbackPort.Free();
        var folder = Directory.CreateTempSubdirectory("modelops-nginx-");
        var server = Certificate().Replace(Block(documented), "")
            .Replace("listen 443 ssl;", $"listen 127.0.0.1:{port};", StringComparison.Ordinal)
            .Replace("proxy_pass http://127.0.0.1:8000;", $"proxy_pass {service.GetLeftPart(UriPartial.Authority)}{(strips ? "/" : "")};",
                StringComparison.Ordinal);
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "nginx.conf"),
            $$"""
            {{(Environment.UserName == "root" ? "user root;" : "")}}
            daemon off;
            pid nginx.pid;
            error_log error.log;
            events { }
            http {
              access_log off;
              client_body_temp_path body;
              proxy_temp_path proxy;
              fastcgi_temp_path fastcgi;
              uwsgi_temp_path uwsgi;
              scgi_temp_path scgi;
              {{server}}
            }
            """);
        var start = new ProcessStartInfo("sh",
            [
                "-c", "\"$@\" </dev/null >/dev/null 2>&1 & cat >/dev/null; kill -QUIT $! 2>/dev/null; wait",
                "sh", nginx, "-p", folder.FullName, "-e", "error.log", "-c", "nginx.conf",
            ])
        {
            RedirectStandardInput = true,
        };
        var proxy = new NginxProxy(Process.Start(start)!, folder, port);
        try
        {
            await proxy.WaitAsync(port);
            return proxy;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    /// <summary>The configuration in the document, up to the end of its fence.</summary>
    public static string Block(string documented) => Fence().Match(documented) is { Success: true } match
        ? match.Groups[1].Value
        : throw new InvalidOperationException("The document shows no configuration of nginx.");

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        using var limit = new CancellationTokenSource(Patience);
        await _shell.WaitForExitAsync(limit.Token);
        _shell.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task WaitAsync(int port)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
                return;
            }
            catch (SocketException)
            {
                var log = Path.Combine(_folder.FullName, "error.log");
                if (File.Exists(log) && (await File.ReadAllTextAsync(log, limit.Token)).Contains("[emerg]", StringComparison.Ordinal))
                {
                    throw new InvalidOperationException($"nginx didn't start: {await File.ReadAllTextAsync(log, limit.Token)}");
                }

                await timer.WaitForNextTickAsync(limit.Token);
            }
        }
    }

    [GeneratedRegex("```nginx\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^\s*ssl_\w+ .*;\n", RegexOptions.Multiline)]
    private static partial Regex Certificate();
}
