using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authentication;

namespace ModelOps.WebApi.Auth;

/// <summary>
/// Remembers for a few seconds whom an access token names, by the token's SHA-256: decrypting a token costs more than a prediction. A
/// token is never used after it expires, and whether its session still lives is checked with each request (<see cref="CredentialCheck"/>),
/// so remembering it prolongs no access. Thread-safe.
/// </summary>
internal sealed class VerifiedTokens(TimeProvider time)
{
    /// <summary>Longer tokens aren't remembered. Those of the service have about 700 characters.</summary>
    private const int MaxLength = 2_048;

    /// <summary>More clients than any installation has at a time. When the memory is full, it is cleared.</summary>
    private const int MaxEntries = 10_000;

    private static readonly TimeSpan Age = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<Hash, Entry> _entries = new();

    /// <summary>The successful result of the token's decryption; null if it isn't remembered.</summary>
    public Entry? Find(ReadOnlySpan<char> token) =>
        Hash.TryCreate(token, out var hash) && _entries.TryGetValue(hash, out var entry) && IsValid(entry) ? entry : null;

    /// <summary>Whether an entry may still be used.</summary>
    public bool IsValid(Entry entry)
    {
        var now = time.GetUtcNow();
        return now >= entry.From && now < entry.Until;
    }

    /// <param name="ticket">What the token holds; one that doesn't tell when the token expires isn't remembered.</param>
    /// <returns>The result as it is remembered.</returns>
    public AuthenticateResult Add(ReadOnlySpan<char> token, AuthenticationTicket ticket)
    {
        var result = AuthenticateResult.Success(new AuthenticationTicket(
            new Principals.TokenPrincipal(ticket.Principal), ticket.Properties, ticket.AuthenticationScheme));
        if (ticket.Properties.ExpiresUtc is not { } expires || !Hash.TryCreate(token, out var hash))
        {
            return result;
        }

        if (_entries.Count >= MaxEntries)
        {
            _entries.Clear();
        }

        var now = time.GetUtcNow();
        _entries[hash] = new Entry(result, now, now + Age < expires ? now + Age : expires);
        return result;
    }

    public sealed record Entry(AuthenticateResult Result, DateTimeOffset From, DateTimeOffset Until);

    [InlineArray(Parts)]
    private struct Hash : IEquatable<Hash>
    {
        private const int Parts = SHA256.HashSizeInBytes / sizeof(long);

        private long _part;

        /// <summary>False for a text that can't be a token of this service.</summary>
        public static bool TryCreate(ReadOnlySpan<char> token, out Hash hash)
        {
            hash = default;
            Span<byte> bytes = stackalloc byte[MaxLength];
            if (token.Length > MaxLength || Ascii.FromUtf16(token, bytes, out var length) != OperationStatus.Done)
            {
                return false;
            }

            SHA256.HashData(bytes[..length], MemoryMarshal.AsBytes((Span<long>)hash));
            return true;
        }

        public readonly bool Equals(Hash other) => ((ReadOnlySpan<long>)this).SequenceEqual(other);

        public override readonly bool Equals(object? obj) => obj is Hash other && Equals(other);

        public override readonly int GetHashCode() => (int)_part;
    }
}
