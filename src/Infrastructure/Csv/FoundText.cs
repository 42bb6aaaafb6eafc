namespace ModelOps.Infrastructure.Csv;

/// <summary>
/// What a refusal may repeat of a file: headers, and the words of coded columns. Numbers, dates and identifiers never, because a file
/// without a header has a patient's values in its first line, and a wrong mapping may point to a column of them.
/// </summary>
internal static class FoundText
{
    public const int MaxListed = 20;

    private const int MaxLength = 40;
    private const int MaxDigits = 4;

    public static string Cut(string text) => text.Length <= MaxLength ? text : text[..MaxLength] + "…";

    /// <summary>The headers as a list, or an empty text if they don't look like headers.</summary>
    public static string Headers(IEnumerable<string> headers)
    {
        var named = headers.Where(h => h.Length > 0).ToArray();
        var shown = named.Where(h => IsShown(h) && h.Any(char.IsLetter)).ToArray();

        // A line with several numbers is a row.
        return named.Length - shown.Length > named.Length / 3 ? "" : List(shown);
    }

    /// <summary>The words of a coded column as a list.</summary>
    public static string Words(IEnumerable<string> words) => List(words.Where(IsShown));

    private static bool IsShown(string text) => text.Length > 0 && text.Count(char.IsDigit) <= MaxDigits;

    private static string List(IEnumerable<string> texts)
    {
        var all = texts.Take(MaxListed + 1).ToArray();
        return string.Join(", ", all.Take(MaxListed).Select(Cut)) + (all.Length > MaxListed ? ", …" : "");
    }
}
