using System.Globalization;
using System.Text;

namespace ModelOps.Domain;

/// <summary>Texts of data files in the form in which they are compared: letter case, accents and white space don't matter.</summary>
public static class PlainText
{
    /// <summary>The text in lower case, without accents. Each run of white space is one blank, and none surrounds the text.</summary>
    public static string Of(string text)
    {
        var plain = new StringBuilder(text.Length);

        // Runes replace unpaired surrogates, which can't be normalized.
        foreach (var c in string.Concat(text.EnumerateRunes()).Normalize(NormalizationForm.FormD))
        {
            if (char.IsWhiteSpace(c))
            {
                if (plain.Length > 0 && plain[^1] != ' ')
                {
                    plain.Append(' ');
                }
            }
            else if (CharUnicodeInfo.GetUnicodeCategory(c) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.Format))
            {
                plain.Append(char.ToLowerInvariant(c));
            }
        }

        return plain.ToString().TrimEnd();
    }

    /// <summary>The same without any white space, for the words of a coded column.</summary>
    public static string Word(string text) => Of(text).Replace(" ", "", StringComparison.Ordinal);
}
