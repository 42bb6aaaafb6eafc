using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace ModelOps.Infrastructure.Identity;

/// <summary>A refresh token: the session's id and 32 random bytes, as Base64Url. The database holds the random bytes' hash only.</summary>
internal readonly record struct RefreshToken(Guid SessionId, string Hash)
{
    private const int IdBytes = 16;
    private const int SecretBytes = 32;

    /// <summary>Creates a token for a session.</summary>
    /// <returns>The token as text, which is given to the client only, and the same token with its hash.</returns>
    public static (string Text, RefreshToken Token) New(Guid sessionId)
    {
        Span<byte> bytes = stackalloc byte[IdBytes + SecretBytes];
        sessionId.TryWriteBytes(bytes);
        RandomNumberGenerator.Fill(bytes[IdBytes..]);
        return (Base64Url.EncodeToString(bytes), new RefreshToken(sessionId, SignInHashes.OfSecret(bytes[IdBytes..])));
    }

    /// <summary>Returns null for a text that can't be a refresh token.</summary>
    public static RefreshToken? Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[IdBytes + SecretBytes];
        return text.Length == Base64Url.GetEncodedLength(bytes.Length)
            && Base64Url.DecodeFromChars(text, bytes, out _, out var written) == OperationStatus.Done
            && written == bytes.Length
                ? new RefreshToken(new Guid(bytes[..IdBytes]), SignInHashes.OfSecret(bytes[IdBytes..]))
                : null;
    }
}
