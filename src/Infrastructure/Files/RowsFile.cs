using ModelOps.Domain.Data;
using ModelOps.Domain.Features;
using ModelOps.Domain.Versions;

namespace ModelOps.Infrastructure.Files;

/// <summary><c>rows.bin</c>: canonical rows, one after the other, as a training read them.</summary>
internal static class RowsFile
{
    public const string Name = ModelVersion.RowsFile;

    public static byte[] Write(IReadOnlyList<LabelledExample> rows)
    {
        var bytes = new byte[rows.Count * CanonicalRow.Bytes];
        for (var i = 0; i < rows.Count; i++)
        {
            CanonicalRow.Write(rows[i], bytes.AsSpan(i * CanonicalRow.Bytes));
        }

        return bytes;
    }

    /// <exception cref="InvalidDataException">The content isn't made of whole rows.</exception>
    public static List<LabelledExample> Read(ReadOnlySpan<byte> content)
    {
        if (content.Length % CanonicalRow.Bytes != 0)
        {
            throw new InvalidDataException("The rows end in the middle of one.");
        }

        var rows = new List<LabelledExample>(content.Length / CanonicalRow.Bytes);
        for (var at = 0; at < content.Length; at += CanonicalRow.Bytes)
        {
            rows.Add(CanonicalRow.Read(content[at..]));
        }

        return rows;
    }
}
