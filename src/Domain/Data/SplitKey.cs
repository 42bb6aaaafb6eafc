using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Data;

/// <summary>
/// The installation's HMAC key, which assigns each row to a fold. The assignment never changes.
/// <para>
/// The hash is HMAC-SHA256 over the canonical values of <see cref="FeatureSchema.KeyColumns"/>. Its first 8 bytes are read as a big-endian
/// unsigned integer h. The fold is ⌊(h mod 1000) / 100⌋. Columns that a later schema adds aren't hashed, so they don't change any fold.
/// </para>
/// <para>
/// Where the patient is known, the patient's token takes the place of h, so that all rows of a patient share a fold.
/// </para>
/// </summary>
public sealed class SplitKey
{
    public const int Bytes = 32;
    private const int Buckets = 1_000;

    private readonly byte[] _key;
    private readonly Lazy<ulong> _id;
    private readonly Lazy<byte[]> _patientKey;

    public SplitKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != Bytes)
        {
            throw new ArgumentException("A split key has 32 bytes.", nameof(key));
        }

        _key = key.ToArray();
        _id = new Lazy<ulong>(() => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(_key)));

        // A key of its own, so that a token tells nothing about the hashes of inputs.
        _patientKey = new Lazy<byte[]>(
            () => HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, Bytes, info: "ModelOps patient reference 1"u8.ToArray()));
    }

    public static SplitKey Generate() => new(RandomNumberGenerator.GetBytes(Bytes));

    public static SplitKey FromHex(string hex) => new(Convert.FromHexString(hex));

    public byte[] ToArray() => [.. _key];

    public string ToHex() => Convert.ToHexStringLower(_key);

    /// <summary>The hash of a row's inputs. The class is not hashed.</summary>
    public ulong HashOf(PatientFeatures features)
    {
        Span<double> values = stackalloc double[PatientFeatures.Count];
        features.CopyTo(values);
        return HashOf(FeatureSchema.Current, values);
    }

    /// <summary>The hash of a row of any schema.</summary>
    /// <param name="values">The input values, in the order of the schema's inputs.</param>
    public ulong HashOf(FeatureSchema schema, ReadOnlySpan<double> values)
    {
        Span<byte> canonical = stackalloc byte[CanonicalRow.InputBytes];
        CanonicalRow.WriteKey(schema, values, canonical);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, canonical, hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }

    /// <summary>Computes the folds of many rows. It takes less than half the time of hashing row by row. Not thread-safe.</summary>
    internal RowHasher ManyRows() => new(_key);

    /// <summary>Identifies the key without revealing it: the first 8 bytes of the key's SHA-256, little-endian.</summary>
    public ulong Id => _id.Value;

    public const int Folds = 10;

    /// <summary>
    /// The fold 0..9 of a row. Rows with equal inputs have the same fold, in every dataset and at any time.
    /// </summary>
    public byte FoldOf(PatientFeatures features) => FoldOf(HashOf(features));

    /// <inheritdoc cref="FoldOf(PatientFeatures)"/>
    public static byte FoldOf(ulong hash) => (byte)(hash % Buckets / (Buckets / Folds));

    /// <summary>The hash that decides a row's fold: the patient's token where it is known, otherwise the hash of the inputs.</summary>
    public ulong HashOf(PatientFeatures features, PatientToken patient) => patient.IsKnown ? patient.Value : HashOf(features);

    /// <summary>The fold 0..9 of a row of a rows file under this key.</summary>
    /// <param name="fileKeyId"><see cref="RowsHeader.KeyId"/> of the file.</param>
    public byte FoldOf(in CountedRow row, ulong fileKeyId) =>
        row.Patient.IsKnown || fileKeyId == Id ? row.Fold : FoldOf(row.Row.Features);

    /// <summary>
    /// The token of a hospital's reference: the first 8 bytes of HMAC-SHA256 over the reference in UTF-8, with a key that HKDF-SHA256
    /// derives from this key. Blanks around the reference, letter case and the Unicode form don't matter. The token of an empty reference
    /// is unknown.
    /// </summary>
    public PatientToken TokenOf(string? reference)
    {
        if (string.IsNullOrWhiteSpace(reference))
        {
            return default;
        }

        var plain = Encoding.UTF8.GetBytes(Normalized(reference).Trim().ToUpperInvariant());
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_patientKey.Value, plain, hash);

        // 0 stands for an unknown patient.
        return new PatientToken(Math.Max(1, BinaryPrimitives.ReadUInt64BigEndian(hash)));
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

    /// <summary>Keeps the state of the HMAC, so that the key is set up once and not for each row.</summary>
    internal sealed class RowHasher(byte[] key) : IDisposable
    {
        private readonly IncrementalHash _hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);

        /// <inheritdoc cref="SplitKey.FoldOf(PatientFeatures)"/>
        /// <param name="canonical">A row in canonical form. Only the key columns are hashed.</param>
        public byte FoldOf(ReadOnlySpan<byte> canonical)
        {
            Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
            _hmac.AppendData(canonical[..CanonicalRow.InputBytes]);
            _hmac.GetHashAndReset(hash);
            return SplitKey.FoldOf(BinaryPrimitives.ReadUInt64BigEndian(hash));
        }

        public void Dispose() => _hmac.Dispose();
    }
}
