using System.Text;
using Microsoft.Net.Http.Headers;
using ModelOps.Application.Users;

namespace ModelOps.WebApi.Auth;

/// <summary>Reads the Authorization header. The scheme's letter case doesn't matter (RFC 9110).</summary>
internal static class BearerHeader
{
    private const string Prefix = "Bearer ";

    /// <summary>The longest text that can be a personal access token.</summary>
    private const int MaxAccessToken = 100;

    /// <summary>The bearer token; empty if there is none. It stays a part of the header's text, because it is long.</summary>
    public static ReadOnlySpan<char> Token(HttpRequest request)
    {
        var header = request.Headers[HeaderNames.Authorization].ToString().AsSpan();
        return header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? header[Prefix.Length..].Trim() : [];
    }

    /// <summary>The bearer token if it has the form of a personal access token; otherwise null.</summary>
    public static string? AccessToken(HttpRequest request) =>
        Token(request) is { Length: <= MaxAccessToken } token
        && token.StartsWith(AccessTokenLimits.Prefix, StringComparison.Ordinal)
        && Ascii.IsValid(token)
            ? token.ToString()
            : null;
}
