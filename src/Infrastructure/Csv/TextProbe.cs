using System.Text;
using ModelOps.Domain.Datasets;

namespace ModelOps.Infrastructure.Csv;

/// <summary>Checks the bytes of a file before it is parsed as CSV.</summary>
internal static class TextProbe
{
    /// <summary>Rejects empty and binary content and returns the separator of the header line.</summary>
    /// <param name="maxHeader">The maximum length of the header line in bytes.</param>
    public static char Check(Stream content, int maxHeader)
    {
        content.Position = 0;
        var buffer = new byte[Math.Max(maxHeader, 64 * 1024)];
        var read = content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        if (read == 0)
        {
            throw DatasetRefusals.InvalidDataset($"The file is empty.");
        }

        var start = buffer.AsSpan(0, read);
        var wide = start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || start.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]);
        if (!wide)
        {
            RefuseNul(start);
            var rest = new byte[64 * 1024];
            for (int n; (n = content.Read(rest)) > 0;)
            {
                RefuseNul(rest.AsSpan(0, n));
            }
        }

        var header = (wide ? (start[0] == 0xFF ? Encoding.Unicode : Encoding.BigEndianUnicode) : Encoding.UTF8).GetString(start);
        var end = header.AsSpan().IndexOfAny('\r', '\n');
        var line = end < 0 ? header.AsSpan() : header.AsSpan(0, end);
        return line.Count(';') > line.Count(',') ? ';' : ',';
    }

    private static void RefuseNul(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Contains((byte)0))
        {
            throw DatasetRefusals.InvalidDataset($"The file is binary, not a CSV text.");
        }
    }
}
