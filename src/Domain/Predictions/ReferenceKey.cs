using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ModelOps.Domain.Data;

namespace ModelOps.Domain.Predictions;

/// <summary>
/// Makes tokens of the references by which a hospital finds its own predictions again. A token is the first 8 bytes of HMAC-SHA256 over
/// the reference in UTF-8, with a key that HKDF-SHA256 derives from the installation's split key. Without the key, a token can't be traced
/// to its reference; the reference itself is never stored. Thread-safe.
/// </summary>
public sealed class ReferenceKey(SplitKey splitKey)
{
    /// <summary>Maximum length of a reference in characters.</summary>
    public const int MaxReference = 100;

    // A key of its own: the token of a patient's reference in the records differs, so neither can be looked up in the other's table.
    private readonly byte[] _key =
        HKDF.DeriveKey(HashAlgorithmName.SHA256, splitKey.ToArray(), SplitKey.Bytes, info: "ModelOps prediction reference 1"u8.ToArray());

    /// <summary>
    /// The token of a reference; null for a blank one. Blanks around the reference, letter case and the Unicode form don't matter.
    /// </summary>
    public long? TokenOf(string? reference)
    {
        if (string.IsNullOrWhiteSpace(reference))
        {
            return null;
        }

        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(Normalized(reference).Trim().ToUpperInvariant()), hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash);
    }

    private static string Normalized(string reference)
    {
        try
        {
            return reference.Normalize(NormalizationForm.FormKC);
        }
        catch (ArgumentException)
        {
            // Half of a surrogate pair has no normal form.
            return reference;
        }
    }
}
