using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ModelOps.Domain.Predictions;

/// <summary>
/// Makes ids of predictions: UUIDs of version 7 (RFC 9562, section 5.7), a time in milliseconds and 74 random bits. The random bits come
/// from the system's generator as in <see cref="Guid.CreateVersion7(DateTimeOffset)"/>, but many at a time: asking for 16 bytes costs as
/// much as for some thousand.
/// </summary>
public static class PredictionIds
{
    private const int Stock = 256;
    private const int Bytes = 16;

    [ThreadStatic]
    private static byte[]? _random;

    [ThreadStatic]
    private static int _used;

    /// <param name="now">Its milliseconds since 1970 are the first 48 bits, so ids ascend with the time.</param>
    public static Guid Create(DateTimeOffset now)
    {
        if (_random is null || _used == Stock)
        {
            _random ??= new byte[Stock * Bytes];
            RandomNumberGenerator.Fill(_random);
            _used = 0;
        }

        var id = _random.AsSpan(Bytes * _used++, Bytes);
        var random = BinaryPrimitives.ReadUInt16BigEndian(id[6..]);
        BinaryPrimitives.WriteUInt64BigEndian(id, (ulong)now.ToUnixTimeMilliseconds() << 16);
        BinaryPrimitives.WriteUInt16BigEndian(id[6..], (ushort)(0x7000 | (random & 0x0FFF)));
        id[8] = (byte)(0x80 | (id[8] & 0x3F));
        return new Guid(id, bigEndian: true);
    }

    /// <summary>The smallest id of a time: 48 bits of milliseconds since 1970, then zeros.</summary>
    public static Guid FirstAt(DateTime time)
    {
        var milliseconds = Math.Clamp(new DateTimeOffset(time.ToUniversalTime()).ToUnixTimeMilliseconds(), 0, (1L << 48) - 1);
        Span<byte> bytes = stackalloc byte[Bytes];
        bytes.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)milliseconds << 16);
        return new Guid(bytes, bigEndian: true);
    }
}
