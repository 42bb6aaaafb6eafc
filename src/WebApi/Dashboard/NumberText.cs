using System.Globalization;
using System.Text.RegularExpressions;
using ModelOps.Application;

namespace ModelOps.WebApi.Dashboard;

/// <summary>Reads numbers as people type them: with a decimal point or a decimal comma, whatever the language of the page.</summary>
internal static partial class NumberText
{
    /// <summary>Reads a number; the value and the problem are null for an empty text.</summary>
    /// <remarks>
    /// A text such as <c>1.200</c> is refused, because it means 1.2 to some readers and 1200 to others. A number field of the browser
    /// would drop the comma of <c>7,2</c> and return 72.
    /// </remarks>
    public static (double? Value, string? Problem) Read(string? text)
    {
        var typed = (text ?? "").Trim().Replace('−', '-');
        if (typed.Length == 0)
        {
            return (null, null);
        }

        if (!Decimal().IsMatch(typed)
            || !double.TryParse(typed.Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            || !double.IsFinite(value))
        {
            return (null, Texts.Say($"Enter a number, such as {Show.Setting(7.2)}."));
        }

        return Ambiguous().IsMatch(typed)
            ? (null, Texts.Say($"This can mean {Show.Setting(value)} or {Show.Setting(value * 1000)}. Enter one of these two."))
            : (value, null);
    }

    /// <summary>
    /// The number as the page's language writes it. A text that isn't a number, or whose number would be read otherwise then, stays.
    /// </summary>
    public static string InOwnFormat(string text) =>
        Read(text).Value is { } value && Show.Setting(value) is var own && Read(own).Value == value ? own : text;

    [GeneratedRegex(@"^[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)(e[+-]?[0-9]{1,3})?$", RegexOptions.IgnoreCase)]
    private static partial Regex Decimal();

    /// <summary>One separator before exactly three digits may group thousands. A number that begins with 0 has no thousands.</summary>
    [GeneratedRegex(@"^[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}$")]
    private static partial Regex Ambiguous();
}
