using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using ModelOps.Domain.Data;
using ModelOps.Infrastructure.Persistence;

namespace ModelOps.Infrastructure.Identity;

/// <summary>
/// Keyed hashes of network addresses and e-mails, so that the tables of sign-ins hold neither in clear. The key is derived from the
/// installation's key by HKDF. Equal addresses of two accounts have different hashes.
/// </summary>
internal sealed class SignInHashes
{
    private const int KeyBytes = 32;

    private byte[]? _key;

    public async Task<string> OfAddressAsync(ModelOpsDbContext db, string name, string address, CancellationToken cancellationToken) =>
        Hash(await KeyAsync(db, cancellationToken), "address", name, address);

    /// <param name="name">The account's normalized name, whether or not there is such an account.</param>
    /// <param name="address">The hash of a known address of the account; empty for all other addresses together.</param>
    public async Task<string> OfCounterAsync(ModelOpsDbContext db, string name, string address, CancellationToken cancellationToken) =>
        Hash(await KeyAsync(db, cancellationToken), "counter", name, address);

    /// <summary>SHA-256 of a random secret, in hexadecimal digits. 32 random bytes need neither salt nor a slow hash.</summary>
    public static string OfSecret(ReadOnlySpan<byte> secret) => Convert.ToHexStringLower(SHA256.HashData(secret));

    private async Task<byte[]> KeyAsync(ModelOpsDbContext db, CancellationToken cancellationToken) =>
        _key ??= HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            await db.Installations.Where(i => i.Id == Installation.SingletonId).Select(i => i.SplitKey).SingleAsync(cancellationToken),
            KeyBytes,
            info: "ModelOps sign-in"u8.ToArray());

    /// <summary>U+0000 separates the parts, so that no two lists of parts give the same text.</summary>
    private static string Hash(byte[] key, params ReadOnlySpan<string> parts) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(string.Join('\0', parts))));
}
