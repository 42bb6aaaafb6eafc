using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace ModelOps.TestSupport;

/// <summary>
/// Signs in again for a client that lives longer than its access token: a service that many tests share outlives one on a slow machine.
/// </summary>
public sealed class TokenRenewal(string email, string password) : DelegatingHandler
{
    /// <summary>An access token lasts fifteen minutes.</summary>
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(8);

    private readonly SemaphoreSlim _one = new(1);
    private long _since = Stopwatch.GetTimestamp();
    private AuthenticationHeaderValue? _renewed;

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Headers.Authorization is not null)
        {
            await RenewAsync(request.RequestUri!, cancellationToken);
            request.Headers.Authorization = _renewed ?? request.Headers.Authorization;
        }

        return await base.SendAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _one.Dispose();
        base.Dispose(disposing);
    }

    private async Task RenewAsync(Uri address, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (Stopwatch.GetElapsedTime(_since) < Age)
            {
                return;
            }

            using var login = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/auth/login"));
            login.Content = JsonContent.Create(new { email, password });
            using var answer = await base.SendAsync(login, cancellationToken);
            answer.EnsureSuccessStatusCode();
            var token = (await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("access_token").GetString();
            (_renewed, _since) = (new AuthenticationHeaderValue("Bearer", token), Stopwatch.GetTimestamp());
        }
        finally
        {
            _one.Release();
        }
    }
}
