using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ModelOps.Domain.Datasets;

/// <summary>A mapping under a name. It is proposed for files with the same headers.</summary>
public sealed partial class SavedMapping
{
    public const int MaxName = 100;
    public const int MaxHeaders = 1_000;

    /// <summary>How many mappings an installation keeps.</summary>
    public const int MaxSaved = 500;

    private SavedMapping()
    {
    }

    public long Id { get; private set; }

    public string Name { get; private set; } = "";

    /// <summary>The name in lower case. It is unique.</summary>
    public string NameKey { get; private set; } = "";

    /// <summary>See <see cref="HashOf"/>.</summary>
    public string HeadersSha256 { get; private set; } = "";

    public CsvMapping Mapping { get; private set; } = null!;

    public DateTime SavedAt { get; private set; }

    public string SavedBy { get; private set; } = "";

    public static SavedMapping Create(string name, IEnumerable<string> headers, CsvMapping mapping, string by, DateTime now)
    {
        var saved = new SavedMapping { Name = name, NameKey = KeyOf(name) };
        saved.Replace(headers, mapping, by, now);
        return saved;
    }

    public void Replace(IEnumerable<string> headers, CsvMapping mapping, string by, DateTime now)
    {
        (HeadersSha256, Mapping) = (HashOf(headers), mapping);
        (SavedBy, SavedAt) = (by, now);
    }

    public static string KeyOf(string name) => name.ToLowerInvariant();

    /// <summary>SHA-256 (lower-case hex) of a file's headers. Their order, letter case, accents and white space don't matter.</summary>
    public static string HashOf(IEnumerable<string> headers)
    {
        var plain = headers.Select(PlainText.Of).Where(h => h.Length > 0).Distinct().Order(StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', plain))));
    }

    /// <summary>
    /// Whether the name has 1 to 100 letters, digits, blanks, dots, underscores and hyphens, and starts with none of blank and dot.
    /// </summary>
    public static bool IsValidName([NotNullWhen(true)] string? name) => name is not null && Pattern().IsMatch(name);

    [GeneratedRegex(@"^[\p{L}\p{Nd}_-][\p{L}\p{M}\p{Nd} ._-]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
