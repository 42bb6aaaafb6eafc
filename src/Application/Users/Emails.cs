using System.Globalization;
using System.Text;

namespace ModelOps.Application.Users;

/// <summary>
/// The one form of an e-mail address. Two addresses that look alike are the same address or are refused, so that nobody can sign up
/// under a name that looks like another user's.
/// </summary>
public static class Emails
{
    private const int Common = 0;
    private const int Latin = 1;
    private const int EastAsian = 2;

    /// <summary>Scripts that span more than one block of 128 code points. Other scripts are told apart by their block.</summary>
    private static readonly (int First, int Last, int Script)[] Scripts =
    [
        (0x0041, 0x02AF, Latin), (0x1E00, 0x1EFF, Latin), (0x2C60, 0x2C7F, Latin), (0xA720, 0xA7FF, Latin), (0xAB30, 0xAB6F, Latin),
        (0x1100, 0x11FF, EastAsian), (0x2E80, 0x9FFF, EastAsian), (0xA960, 0xA97F, EastAsian), (0xAC00, 0xD7FF, EastAsian),
        (0xF900, 0xFAFF, EastAsian), (0x20000, 0x3FFFF, EastAsian),
        (0x0370, 0x03FF, 3), (0x1F00, 0x1FFF, 3),                                                   // Greek
        (0x0400, 0x052F, 4), (0x1C80, 0x1C8F, 4), (0x2DE0, 0x2DFF, 4), (0xA640, 0xA69F, 4),         // Cyrillic
        (0x0530, 0x058F, 5),                                                                        // Armenian
        (0x0590, 0x05FF, 6),                                                                        // Hebrew
        (0x0600, 0x06FF, 7), (0x0750, 0x077F, 7), (0x0870, 0x08FF, 7), (0xFB50, 0xFEFF, 7),         // Arabic
        (0x0F00, 0x0FFF, 8),                                                                        // Tibetan
        (0x10A0, 0x10FF, 9), (0x1C90, 0x1CBF, 9), (0x2D00, 0x2D2F, 9),                              // Georgian
        (0x1200, 0x139F, 10), (0x2D80, 0x2DDF, 10),                                                 // Ethiopic
        (0x1400, 0x167F, 11),                                                                       // Canadian syllabics
    ];

    /// <summary>
    /// The address in Unicode's compatibility form (NFKC), in which, for example, full-width letters are ordinary ones. Null if the text
    /// isn't valid Unicode.
    /// </summary>
    public static string? Normalize(string email)
    {
        try
        {
            return email.Normalize(NormalizationForm.FormKC);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether the normalized address consists of visible ASCII characters, letters, their marks and digits only. Invisible characters,
    /// control characters and blanks are excluded.
    /// </summary>
    public static bool IsVisible(string email) =>
        Normalize(email) is { } normalized && normalized.EnumerateRunes().All(IsVisible);

    /// <summary>Whether the first part of the address, and each label of its domain, uses letters of one script.</summary>
    public static bool HasOneScriptPerPart(string email) =>
        Normalize(email) is { } normalized && normalized.Split('@', '.').All(HasOneScript);

    private static bool IsVisible(Rune rune) => rune.IsAscii
        ? rune.Value is > ' ' and <= '~'
        : !IsBlankLetter(rune.Value) && Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter
            or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber;

    /// <summary>Letters and marks that show nothing: fillers, the grapheme joiner, Khmer and Mongolian signs, selectors.</summary>
    private static bool IsBlankLetter(int value) => value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x3164 or 0xFFA0
        or (>= 0x180B and <= 0x180F) or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0000 and <= 0xE0FFF);

    private static bool HasOneScript(string part) =>
        part.EnumerateRunes().Select(ScriptOf).Where(script => script != Common).Distinct().Count() <= 1;

    private static int ScriptOf(Rune rune)
    {
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
            || (rune.IsAscii && !Rune.IsLetter(rune)))
        {
            return Common;
        }

        var script = Array.Find(Scripts, range => rune.Value >= range.First && rune.Value <= range.Last).Script;

        // Blocks of other scripts follow the numbers of the table.
        return script == Common ? 100 + (rune.Value >> 7) : script;
    }
}
