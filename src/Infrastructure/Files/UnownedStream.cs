namespace ModelOps.Infrastructure.Files;

/// <summary>Reads a stream that belongs to somebody else: disposing this object leaves it open.</summary>
internal sealed class UnownedStream(Stream owned) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => owned.CanSeek;

    public override bool CanWrite => false;

    public override long Length => owned.Length;

    public override long Position
    {
        get => owned.Position;
        set => owned.Position = value;
    }

    public override int Read(Span<byte> buffer) => owned.Read(buffer);

    public override int Read(byte[] buffer, int offset, int count) => owned.Read(buffer, offset, count);

    public override long Seek(long offset, SeekOrigin origin) => owned.Seek(offset, origin);

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }
}
