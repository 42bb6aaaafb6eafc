using System.Buffers;

namespace ModelOps.Infrastructure.Csv;

/// <summary>
/// Recognizes Windows-1252, in which every byte has a meaning, so that damaged UTF-8 and other encodings can be read as it, too. A file
/// counts as Windows-1252 only if it has no control characters, no bytes without a character, nothing that is UTF-8, no sign inside of a
/// word, as the letters of DOS encodings would be, and if nearly all of its letters beyond ASCII stand in words, as in <c>Diabético</c>.
/// </summary>
internal static class Windows1252Text
{
    private const double LettersInWords = 0.9;

    /// <summary>Letters of Western European languages. The other bytes above 0x9F are signs, as are those below.</summary>
    private static bool IsLetter(byte b) => b is >= 0xC0 and not (0xD7 or 0xF7) or 0x8A or 0x8C or 0x8E or 0x9A or 0x9C or 0x9E or 0x9F;

    private static bool IsAsciiLetter(int b) => b is (>= 'A' and <= 'Z') or (>= 'a' and <= 'z');

    /// <summary>A sign that no word has inside: neither an apostrophe, a hyphen or a dash nor an ordinal sign.</summary>
    private static bool IsOtherSign(int b) =>
        b > 0x7F && !IsLetter((byte)b)
        && b is not (0x91 or 0x92 or 0x96 or 0x97 or 0xAA or 0xAD or 0xB0 or 0xB4 or 0xB7 or 0xBA or 0xD7 or 0xF7);

    /// <summary>A capital inside of a word: in the encoding of old Macintosh files it is a small letter.</summary>
    private static bool IsCapitalInside(int before, int b, int after) =>
        b is ((>= 0xC0 and <= 0xDE) or 0x8A or 0x8C or 0x8E or 0x9F) && before is >= 'a' and <= 'z' && after is >= 'a' and <= 'z';

    private static bool IsNoText(byte b) => b is (< 0x20 and not ((byte)'\t' or (byte)'\r' or (byte)'\n')) or 0x7F
        or 0x81 or 0x8D or 0x8F or 0x90 or 0x9D;

    public static bool IsCertain(Stream content)
    {
        content.Position = 0;
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            var (letters, inWords) = (0L, 0L);
            var (before, last) = (0, 0);
            for (int read; (read = content.Read(buffer)) > 0;)
            {
                foreach (var b in buffer.AsSpan(0, read))
                {
                    // Two bytes that are one character of UTF-8, as of Ã©: a file that mixes encodings.
                    if (IsNoText(b) || (last is >= 0xC3 and <= 0xC5 && b is >= 0x80 and <= 0xBF)
                        || (IsOtherSign(last) && IsAsciiLetter(before) && IsAsciiLetter(b)))
                    {
                        return false;
                    }

                    inWords += last > 0x7F && IsLetter((byte)last) && (IsAsciiLetter(before) || IsAsciiLetter(b))
                        && !IsCapitalInside(before, last, b) ? 1 : 0;
                    letters += IsLetter(b) ? 1 : 0;
                    (before, last) = (last, b);
                }
            }

            inWords += last > 0x7F && IsLetter((byte)last) && IsAsciiLetter(before) ? 1 : 0;
            return inWords >= LettersInWords * letters;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
