using System.Security.Cryptography;
using System.Text;

namespace ModelOps.Infrastructure.Identity;

/// <summary>
/// The operator's key, which encrypts the Data Protection keys in the database (AES-256-GCM). Whoever copies the database without this file
/// can't make tokens or session cookies. The file has at least <see cref="MinBytes"/> random bytes.
/// </summary>
internal sealed class KeyFile
{
    private const int MinBytes = 32;
    private const int MaxBytes = 65_536;
    private const UnixFileMode ReadableByOthers = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private readonly byte[] _key;

    private KeyFile(byte[] content)
    {
        _key = Derive(content, "ModelOps data protection keys", 32);
        Id = Convert.ToHexStringLower(Derive(content, "ModelOps key id", 8));
    }

    /// <summary>Identifies the key without revealing it.</summary>
    public string Id { get; }

    /// <summary>The file that <c>ModelOps:KeyFile</c> names; null when the setting is missing.</summary>
    /// <exception cref="StartupException">The file can't be used.</exception>
    public static KeyFile? From(SettingReader reader) => reader.Text("KeyFile") is { } path ? Read(path) : null;

    /// <returns>Nonce, tag and ciphertext.</returns>
    public byte[] Encrypt(ReadOnlySpan<byte> plaintext)
    {
        var sealedBytes = new byte[AesGcm.NonceByteSizes.MaxSize + AesGcm.TagByteSizes.MaxSize + plaintext.Length];
        var (nonce, tag, ciphertext) = Parts(sealedBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, AesGcm.TagByteSizes.MaxSize);
        aes.Encrypt(nonce, plaintext, ciphertext, tag, Encoding.ASCII.GetBytes(Id));
        return sealedBytes;
    }

    /// <exception cref="CryptographicException">Another key encrypted it, or it was changed.</exception>
    public byte[] Decrypt(byte[] sealedBytes)
    {
        if (sealedBytes.Length < AesGcm.NonceByteSizes.MaxSize + AesGcm.TagByteSizes.MaxSize)
        {
            throw new CryptographicException("The encrypted key is too short.");
        }

        var (nonce, tag, ciphertext) = Parts(sealedBytes);
        var plaintext = new byte[ciphertext.Count];
        using var aes = new AesGcm(_key, AesGcm.TagByteSizes.MaxSize);
        aes.Decrypt(nonce, ciphertext, tag, plaintext, Encoding.ASCII.GetBytes(Id));
        return plaintext;
    }

    private static KeyFile Read(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);

            // Of the open file, so that the path can't be given to another one in between.
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(stream.SafeFileHandle) & ReadableByOthers) != 0)
            {
                throw new StartupException("ModelOps__KeyFile must be readable by its owner alone: chmod 600.");
            }

            if (stream.Length is < MinBytes or > MaxBytes)
            {
                throw new StartupException($"ModelOps__KeyFile must have {MinBytes} to {MaxBytes} bytes of random data.");
            }

            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return new KeyFile(content);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new StartupException("ModelOps__KeyFile names a file that can't be read.", exception);
        }
    }

    private static byte[] Derive(byte[] content, string purpose, int bytes) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, content, bytes, info: Encoding.ASCII.GetBytes(purpose));

    private static (ArraySegment<byte> Nonce, ArraySegment<byte> Tag, ArraySegment<byte> Ciphertext) Parts(byte[] sealedBytes)
    {
        var (nonce, tag) = (AesGcm.NonceByteSizes.MaxSize, AesGcm.TagByteSizes.MaxSize);
        return (
            new ArraySegment<byte>(sealedBytes, 0, nonce),
            new ArraySegment<byte>(sealedBytes, nonce, tag),
            new ArraySegment<byte>(sealedBytes, nonce + tag, sealedBytes.Length - nonce - tag));
    }
}
