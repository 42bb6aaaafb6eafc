using System.Globalization;
using System.Text.RegularExpressions;

namespace ModelOps.Domain.Versions;

/// <summary>
/// Names of versions: the creation time in UTC, <c>v20251111_153045</c>; a second one in the same second gets
/// <c>v20251111_153045_2</c>.
/// </summary>
public static partial class VersionName
{
    public const int MaxLength = 32;

    public static string For(DateTime utc, int ordinal = 1)
    {
        var name = "v" + utc.ToString("yyyyMMdd_HHmmss", CultureInfo.InvariantCulture);
        return ordinal <= 1 ? name : $"{name}_{ordinal}";
    }

    /// <summary>Whether this can be a version's name at all; anything else never reaches the file system or the database.</summary>
    public static bool IsValid(string? name) => name is { Length: <= MaxLength } && Pattern().IsMatch(name);

    [GeneratedRegex(@"^v[0-9]{8}_[0-9]{6}(_[1-9][0-9]{0,5})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
