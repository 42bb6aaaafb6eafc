using System.Buffers;
using System.Text;
using ModelOps.Domain.Datasets;

namespace ModelOps.Infrastructure.Csv;

/// <summary>An encoding that a file may have, and how it is recognized.</summary>
/// <param name="Name">As mappings and reports name it.</param>
/// <param name="Decoder">Throws on bytes that are no text.</param>
internal sealed record TextEncoding(string Name, Encoding Decoder)
{
    public static readonly TextEncoding Utf8 = new("utf-8", new UTF8Encoding(true, throwOnInvalidBytes: true));

    private static readonly TextEncoding Windows1252 = new("windows-1252", CodePagesEncodingProvider.Instance.GetEncoding(
        1252, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!);

    /// <summary>Those that a byte order mark may announce.</summary>
    private static readonly TextEncoding[] Marked =
    [
        Utf8,
        new("utf-16le", new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true)),
        new("utf-16be", new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true)),
    ];

    private static readonly TextEncoding[] All = [.. Marked, Windows1252];

    private const int Chunk = 64 * 1024;

    private bool IsWide => Decoder is UnicodeEncoding;

    /// <summary>
    /// The encoding of a file. A byte order mark is certain, then what is declared, then UTF-8 if all bytes are UTF-8, then Windows-1252 if
    /// the bytes look like nothing else.
    /// </summary>
    /// <exception cref="Domain.RefusalException"><c>invalid_dataset</c>: empty, binary, or of no certain encoding.</exception>
    public static TextEncoding Detect(Stream content, string? declared)
    {
        content.Position = 0;
        var buffer = ArrayPool<byte>.Shared.Rent(Chunk);
        try
        {
            var read = content.ReadAtLeast(buffer, Chunk, throwOnEndOfStream: false);
            if (read == 0)
            {
                throw DatasetRefusals.InvalidDataset($"The file is empty.");
            }

            var stated = All.FirstOrDefault(e => e.Name.Equals(declared, StringComparison.OrdinalIgnoreCase));
            var found = Array.Find(Marked, e => buffer.AsSpan(0, read).StartsWith(e.Decoder.Preamble)) ?? stated;
            if (found is { IsWide: true })
            {
                return found;
            }

            var isUtf8 = IsUtf8(content, buffer, read);
            if (found is not null)
            {
                // The CSV library reads UTF-8 without checking it.
                return found != Utf8 || isUtf8 ? found
                    : throw DatasetRefusals.InvalidDataset($"The file has bytes that are no {found.Name} text.");
            }

            return isUtf8 ? Utf8
                : Windows1252Text.IsCertain(content) ? Windows1252
                : throw DatasetRefusals.InvalidDataset($"The file is neither UTF-8 nor certainly Windows-1252 text. Save it as UTF-8.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The start of the file's text. A character that is cut off at its end is replaced.</summary>
    public string ReadStart(Stream content, int bytes)
    {
        content.Position = 0;
        var buffer = new byte[bytes];
        var start = buffer.AsSpan(0, content.ReadAtLeast(buffer, bytes, throwOnEndOfStream: false));
        var lenient = (Encoding)Decoder.Clone();
        lenient.DecoderFallback = DecoderFallback.ReplacementFallback;
        return lenient.GetString(start.StartsWith(Decoder.Preamble) ? start[Decoder.Preamble.Length..] : start);
    }

    /// <summary>Refuses NUL anywhere and says whether all bytes are UTF-8.</summary>
    private static bool IsUtf8(Stream content, byte[] buffer, int read)
    {
        var (isUtf8, kept) = (true, 0);
        for (; read > 0; read = content.Read(buffer, kept, Chunk - kept))
        {
            var bytes = buffer.AsSpan(0, kept + read);
            if (bytes.Contains((byte)0))
            {
                throw DatasetRefusals.InvalidDataset($"The file is binary, not a CSV text.");
            }

            kept = CutOff(bytes);
            isUtf8 = isUtf8 && System.Text.Unicode.Utf8.IsValid(bytes[..^kept]);
            bytes[^kept..].CopyTo(buffer);
        }

        return isUtf8 && kept == 0;
    }

    /// <summary>How many bytes at the end begin a character that goes on in the next chunk.</summary>
    private static int CutOff(ReadOnlySpan<byte> bytes)
    {
        for (var i = 1; i <= Math.Min(3, bytes.Length); i++)
        {
            var b = bytes[^i];
            if ((b & 0b1100_0000) != 0b1000_0000)
            {
                var length = b >= 0b1111_0000 ? 4 : b >= 0b1110_0000 ? 3 : b >= 0b1100_0000 ? 2 : 1;
                return length > i ? i : 0;
            }
        }

        return 0;
    }
}
