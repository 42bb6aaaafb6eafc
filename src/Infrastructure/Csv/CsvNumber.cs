using System.Globalization;
using ModelOps.Domain;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Csv;

/// <summary>How the numbers of a file are written.</summary>
internal enum DecimalComma
{
    /// <summary>A comma is never part of a number.</summary>
    None,

    /// <summary>A comma is the decimal separator, because it doesn't separate the fields.</summary>
    Always,

    /// <summary>A comma in a quoted field is the decimal separator, unless it may group thousands.</summary>
    WhenCertain,
}

/// <summary>Reads numbers strictly, because the CSV library reads <c>1,5</c> as 15 and accepts NaN.</summary>
internal static class CsvNumber
{
    public static readonly Sentence Ambiguous = Sentence.Of($"has a comma that may be a decimal comma or may separate thousands");

    private const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    private const int MaxWithComma = 64;

    /// <param name="text">UTF-8.</param>
    /// <param name="mayHavePercentSign">Whether % may stand behind the number.</param>
    /// <param name="hasComma">Whether the number has a decimal comma.</param>
    /// <returns>The problem; null for a number.</returns>
    public static Sentence? Parse(
        ReadOnlySpan<byte> text, DecimalComma comma, bool mayHavePercentSign, out double value, out bool hasComma)
    {
        var number = Trim(Unprotected(Trim(text)));
        if (mayHavePercentSign && number.EndsWith("%"u8))
        {
            number = Trim(number[..^1]);
        }

        (value, hasComma) = (0, false);
        if (number.IsEmpty)
        {
            return Trim(text).IsEmpty ? Column.Missing : Column.NotANumber;
        }

        var at = comma == DecimalComma.None ? -1 : number.IndexOf((byte)',');
        if (at < 0)
        {
            return TryParse(number, out value) ? null : Column.NotANumber;
        }

        hasComma = true;
        if (number.Length > MaxWithComma || number.Count((byte)',') > 1 || number.Contains((byte)'.'))
        {
            return Column.NotANumber;
        }

        // 1,234 may be a thousand. In a file whose separator isn't a comma, a comma is the decimal sign.
        if (comma == DecimalComma.WhenCertain && number.Length - at == 4)
        {
            return Ambiguous;
        }

        Span<byte> withPoint = stackalloc byte[MaxWithComma];
        number.CopyTo(withPoint);
        withPoint[at] = (byte)'.';
        return TryParse(withPoint[..number.Length], out value) ? null : Column.NotANumber;
    }

    /// <summary>Spreadsheets protect a text from being changed as <c>="5.7"</c>.</summary>
    public static ReadOnlySpan<byte> Unprotected(ReadOnlySpan<byte> text) =>
        text.Length > 3 && text.StartsWith("=\""u8) && text.EndsWith("\""u8) ? text[2..^1] : text;

    /// <inheritdoc cref="Unprotected(ReadOnlySpan{byte})"/>
    public static string Unprotected(string text) =>
        text.Length > 3 && text.StartsWith("=\"", StringComparison.Ordinal) && text.EndsWith('"') ? text[2..^1] : text;

    private static bool TryParse(ReadOnlySpan<byte> number, out double value) =>
        double.TryParse(number, Style, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    /// <summary>Removes ASCII white space and no-break spaces.</summary>
    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        while (true)
        {
            var length = text.Length;
            text = text.Trim(" \t\r\n\v\f"u8);
            text = text.StartsWith("\u00a0"u8) ? text[2..] : text;
            text = text.EndsWith("\u00a0"u8) ? text[..^2] : text;
            if (text.Length == length)
            {
                return text;
            }
        }
    }
}
