using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace ModelOps.Infrastructure;

/// <summary>
/// Reads the operator's settings under <c>ModelOps</c>. A missing or blank setting has its default value. An invalid value ends the start
/// with a message that names the environment variable and the expected value.
/// </summary>
public sealed partial class SettingReader(IConfiguration configuration)
{
    private const string Root = "ModelOps";

    /// <summary>The setting without leading and trailing white space; null when it is missing or blank.</summary>
    /// <param name="key">Such as <c>Timing:LeaseSeconds</c>.</param>
    public string? Text(string key) => configuration[$"{Root}:{key}"]?.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>The unchanged setting, for example a password; null when it is missing or empty.</summary>
    public string? Untrimmed(string key) => configuration[$"{Root}:{key}"] is { Length: > 0 } text ? text : null;

    /// <summary>A number greater than 0 and less than 10⁹.</summary>
    public double Positive(string key, double defaultValue) => Read(
        key,
        defaultValue,
        text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var n) && n is > 0 and < 1e9 ? n : null,
        "a number greater than 0");

    /// <summary>An integer from <paramref name="minimum"/> to <paramref name="maximum"/>.</summary>
    public long Whole(string key, long defaultValue, long minimum, long maximum) => Read(
        key,
        defaultValue,
        text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) && n >= minimum && n <= maximum
            ? n
            : null,
        string.Create(CultureInfo.InvariantCulture, $"a whole number from {minimum} to {maximum}"));

    /// <summary>An IP network such as <c>10.1.0.0/16</c>, or <c>10.1.0.7/32</c> for one host; null when the setting is missing.</summary>
    public IPNetwork? Network(string key) => Text(key) is { } text
        ? IPNetwork.TryParse(text, out var network) ? network : throw Impossible(key, "a network such as 10.1.0.0/16")
        : null;

    /// <summary>Origins such as <c>https://portal.example.org</c>, separated by commas; empty when the setting is missing.</summary>
    public IReadOnlyList<string> Origins(string key) =>
    [
        .. (Text(key) ?? "").Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries).Select(text =>
            Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", PathAndQuery: "/", UserInfo: "" }
                ? uri.GetLeftPart(UriPartial.Authority)
                : throw Impossible(key, "a list of origins such as https://portal.example.org")),
    ];

    /// <summary>A path such as <c>/modelops</c>, without the slash at its end; null when the setting is missing.</summary>
    public string? BasePath(string key) => Text(key)?.TrimEnd('/') is { Length: > 0 } path
        ? PathForm().IsMatch(path) ? path : throw Impossible(key, "a path such as /modelops")
        : null;

    public bool Flag(string key, bool defaultValue) =>
        Read(key, defaultValue, text => bool.TryParse(text, out var yes) ? yes : null, "true or false");

    /// <summary>An enumeration's value by its name, ignoring case. Numeric values are invalid.</summary>
    public T OneOf<T>(string key, T defaultValue)
        where T : struct, Enum
    {
        var names = Enum.GetNames<T>();
        return Read(
            key,
            defaultValue,
            text => Array.Find(names, n => n.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name ? Enum.Parse<T>(name) : null,
            $"{string.Join(", ", names[..^1])} or {names[^1]}");
    }

    /// <param name="parse">Parses the text; returns null for an invalid value.</param>
    /// <param name="expected">What the value must be, such as <c>true or false</c>.</param>
    /// <exception cref="StartupException">The setting has an invalid value.</exception>
    public T Read<T>(string key, T defaultValue, Func<string, T?> parse, string expected)
        where T : struct => Text(key) is { } text ? parse(text) ?? throw Impossible(key, expected) : defaultValue;

    [GeneratedRegex(@"^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$")]
    private static partial Regex PathForm();

    private static StartupException Impossible(string key, string expected) =>
        new($"{Root}__{key.Replace(":", "__", StringComparison.Ordinal)} must be {expected}.");
}
