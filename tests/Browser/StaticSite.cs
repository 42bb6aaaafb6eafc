using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace ModelOps.Browser.Tests;

/// <summary>The files of a folder as a site of its own on the loopback, some of them with another text.</summary>
internal sealed class StaticSite : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript",
        [".css"] = "text/css",
        [".json"] = "application/json",
    };

    private readonly HttpListener _listener;
    private readonly string _folder;
    private readonly Task _serving;

    private StaticSite(HttpListener listener, Uri address, string folder)
    {
        (_listener, Address, _folder) = (listener, address, folder);
        _serving = ServeAsync();
    }

    public Uri Address { get; }

    /// <summary>Texts by name, instead of the folder's.</summary>
    public Dictionary<string, string> Texts { get; } = new(StringComparer.Ordinal);

    public static StaticSite Start(string folder)
    {
        while (true)
        {
            // Below the ports that the system hands out to clients.
            var address = new Uri($"http://127.0.0.1:{RandomNumberGenerator.GetInt32(15_000, 32_000)}/");
            var listener = new HttpListener { Prefixes = { address.ToString() } };
            try
            {
                listener.Start();
                return new StaticSite(listener, address, folder);
            }
            catch (HttpListenerException)
            {
                // Taken: try another one.
                listener.Close();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                var name = context.Request.Url!.AbsolutePath.TrimStart('/');
                name = name.Length == 0 ? "index.html" : name;
                var file = new FileInfo(Path.Combine(_folder, name));
                var text = Texts.GetValueOrDefault(name);
                context.Response.StatusCode = text is not null || file.Exists ? 200 : 404;
                context.Response.ContentType = Types.GetValueOrDefault(Path.GetExtension(name));
                var body = text is not null ? Encoding.UTF8.GetBytes(text) : file.Exists ? await File.ReadAllBytesAsync(file.FullName) : [];
                await context.Response.OutputStream.WriteAsync(body);
                context.Response.Close();
            }
        }
        catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
        {
            // The site was disposed.
        }
    }
}
