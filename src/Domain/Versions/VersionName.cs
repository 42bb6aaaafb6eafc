using System.Globalization;
using System.Text.RegularExpressions;

namespace ModelOps.Domain.Versions;

/// <summary>
/// The name of a version is its creation time in UTC, such as <c>v20251111_153045</c>. The second version of the same second gets the
/// suffix <c>_2</c>.
/// </summary>
public static partial class VersionName
{
    public const int MaxLength = 32;

    public static string For(DateTime utc, int ordinal = 1)
    {
        var name = "v" + utc.ToString("yyyyMMdd_HHmmss", CultureInfo.InvariantCulture);
        return ordinal <= 1 ? name : $"{name}_{ordinal}";
    }

    /// <summary>Whether the text has the format of a version name. Other texts never become a file path.</summary>
    public static bool IsValid(string? name) => name is not null && Pattern().IsMatch(name);

    /// <summary>The creation time in UTC that a name states; null for a text that isn't a version's name.</summary>
    public static DateTime? TimeOf(string? name) =>
        IsValid(name) && DateTime.TryParseExact(
            name!.AsSpan(1, 15), "yyyyMMdd_HHmmss", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time : null;

    [GeneratedRegex(@"^v[0-9]{8}_[0-9]{6}(_[1-9][0-9]{0,5})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
