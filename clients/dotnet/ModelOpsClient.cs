using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelOps.Client;

/// <summary>
/// The service's HTTP interface, one method for each operation. Refusals are <see cref="ModelOpsException"/>s, whose code is stable. A
/// method sends its request once; only the methods that wait for a training retry. Thread-safe.
/// </summary>
public sealed partial class ModelOpsClient : IDisposable
{
    internal static readonly JsonSerializerOptions Json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private const string JsonType = "application/json";

    private readonly HttpClient _http;
    private readonly bool _isOwner;
    private readonly Uri _address;
    private readonly TimeProvider _time;

    /// <summary>A client with a connection of its own.</summary>
    /// <param name="address">The service's, such as <c>https://modelops.example.org/</c>; with its path behind a proxy.</param>
    /// <param name="token">A personal access token, or the access token of <see cref="LoginAsync"/>; null for what needs none.</param>
    public ModelOpsClient(Uri address, string? token)
        : this(new HttpClient { BaseAddress = address }, TimeProvider.System)
    {
        _isOwner = true;
        _http.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>A client over a connection of the caller's, who sets its credentials and disposes it.</summary>
    /// <param name="http">Its base address is the service's.</param>
    /// <param name="time">Measures the delays between retries.</param>
    public ModelOpsClient(HttpClient http, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        var address = http.BaseAddress ?? throw new ArgumentException("The connection has no base address.", nameof(http));
        _http = http;
        _address = address.AbsolutePath.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
        _time = time ?? TimeProvider.System;
    }

    public void Dispose()
    {
        if (_isOwner)
        {
            _http.Dispose();
        }
    }

    private static string Segment<T>(T value) => Uri.EscapeDataString($"{value}");

    private async Task<T> SendAsync<T>(Call call, CancellationToken cancellationToken)
    {
        using var response = await RequestAsync(call, JsonType, cancellationToken).ConfigureAwait(false);
        return await response.Content.ReadFromJsonAsync<T>(Json, cancellationToken).ConfigureAwait(false)
            ?? throw new JsonException("The service answered null.");
    }

    private async Task SendAsync(Call call, CancellationToken cancellationToken) =>
        (await RequestAsync(call, JsonType, cancellationToken).ConfigureAwait(false)).Dispose();

    /// <summary>The caller disposes the stream, and with it the answer.</summary>
    private async Task<Stream> OpenAsync(Call call, CancellationToken cancellationToken)
    {
        var response = await RequestAsync(call, "*/*", cancellationToken).ConfigureAwait(false);
        return await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> RequestAsync(Call call, string accepts, CancellationToken cancellationToken)
    {
        using var message = call.Message(_address, accepts);
        var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw new ModelOpsException(
                response.StatusCode, await ProblemAsync(response, cancellationToken).ConfigureAwait(false), RetryAfter(response));
        }
    }

    private static async Task<Problem?> ProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            return null;
        }

        try
        {
            return await response.Content.ReadFromJsonAsync<Problem>(Json, cancellationToken).ConfigureAwait(false);
        }
        catch (JsonException)
        {
            // Another program's problem.
            return null;
        }
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > _time.GetUtcNow() => date - _time.GetUtcNow(),
        _ => null,
    };
}
