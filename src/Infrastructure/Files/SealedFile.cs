using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ModelOps.Infrastructure.Files;

/// <summary>
/// A temporary file that only this object can read: its bytes are encrypted (AES-256 in counter mode) with a key that is drawn for this
/// file and never stored. After a crash nobody can read what is left. It protects secrecy alone: altered bytes aren't noticed.
/// Not thread-safe.
/// </summary>
internal sealed class SealedFile : Stream
{
    private const int BlockBytes = 16;
    private const int PieceBytes = 64 * 1024;

    private readonly FileStream _file;
    private readonly Aes _cipher = Aes.Create();
    private readonly byte[] _counters = new byte[PieceBytes + BlockBytes];
    private readonly byte[] _mask = new byte[PieceBytes + BlockBytes];
    private readonly byte[] _piece = new byte[PieceBytes];

    /// <param name="path">Must not exist. The file is deleted when this object is disposed.</param>
    public SealedFile(string path)
    {
        _cipher.Key = RandomNumberGenerator.GetBytes(32);
        _file = new FileStream(
            path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.DeleteOnClose);
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => _file.Length;

    public override long Position
    {
        get => _file.Position;
        set => _file.Position = value;
    }

    public override int Read(Span<byte> buffer)
    {
        var at = _file.Position;
        var read = _file.Read(buffer[..Math.Min(buffer.Length, PieceBytes)]);
        Mask(buffer[..read], at);
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var piece = _piece.AsSpan(0, Math.Min(buffer.Length, PieceBytes));
            buffer[..piece.Length].CopyTo(piece);
            Mask(piece, _file.Position);
            _file.Write(piece);
            buffer = buffer[piece.Length..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => _file.Seek(offset, origin);

    public override void SetLength(long value) => _file.SetLength(value);

    public override void Flush() => _file.Flush();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
            _cipher.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Encrypts or decrypts bytes in place.</summary>
    /// <param name="position">Where in the file the bytes are.</param>
    private void Mask(Span<byte> bytes, long position)
    {
        var (block, skip) = Math.DivRem(position, BlockBytes);
        var needed = (int)((skip + bytes.Length + BlockBytes - 1) / BlockBytes * BlockBytes);
        for (var at = 0; at < needed; at += BlockBytes)
        {
            BinaryPrimitives.WriteInt64BigEndian(_counters.AsSpan(at + 8), block++);
        }

        _cipher.EncryptEcb(_counters.AsSpan(0, needed), _mask, PaddingMode.None);
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= _mask[(int)skip + i];
        }
    }
}
