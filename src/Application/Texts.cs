using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;

namespace ModelOps.Application;

/// <summary>
/// Everything that is said to a person, in the language of whom it is said to (<see cref="CultureInfo.CurrentUICulture"/>): answers,
/// refusals and the dashboard alike. The English sentence with its placeholders is the key, so the code reads like the page, and a
/// sentence that nobody has translated yet is at least said in English. Thread-safe.
/// </summary>
public static partial class Texts
{
    private static readonly ResourceManager Resources = new(typeof(Texts));

    /// <summary>By language: the sentences with placeholders, as expressions that find their arguments again.</summary>
    private static readonly ConcurrentDictionary<string, FrozenDictionary<string, Regex>> Templates = new(StringComparer.Ordinal);

    /// <summary>English first: it is spoken where a client asks for neither.</summary>
    public static IReadOnlyList<CultureInfo> Languages { get; } = [CultureInfo.GetCultureInfo("en"), CultureInfo.GetCultureInfo("es")];

    /// <summary>A sentence in the language of the present reader. Sentences among the arguments are translated as well.</summary>
    public static string Say(FormattableString sentence)
    {
        var arguments = Array.ConvertAll(sentence.GetArguments(), a => a is FormattableString inner ? Say(inner) : a);
        return string.Format(CultureInfo.InvariantCulture, Translate(sentence.Format), arguments);
    }

    /// <summary>A sentence that was stored in English, or that a rule of the domain made, in the language of the present reader.</summary>
    public static string Retell(string english)
    {
        if (Resources.GetString(english, CultureInfo.CurrentUICulture) is { } exact)
        {
            return exact;
        }

        foreach (var (format, pattern) in Templates.GetOrAdd(CultureInfo.CurrentUICulture.TwoLetterISOLanguageName, ReadTemplates))
        {
            if (pattern.Match(english) is { Success: true } match)
            {
                var arguments = match.Groups.Values.Skip(1).Select(g => (object)g.Value).ToArray();
                return string.Format(CultureInfo.InvariantCulture, Translate(format), arguments);
            }
        }

        return english;
    }

    private static string Translate(string format) => Resources.GetString(format, CultureInfo.CurrentUICulture) ?? format;

    private static FrozenDictionary<string, Regex> ReadTemplates(string language)
    {
        var set = Resources.GetResourceSet(CultureInfo.GetCultureInfo(language), createIfNotExists: true, tryParents: false);
        var formats = set?.Cast<System.Collections.DictionaryEntry>().Select(e => (string)e.Key) ?? [];

        // What is nothing but a placeholder would match every sentence; arguments out of order would need their names.
        return formats
            .Where(f => f.Contains('{', StringComparison.Ordinal) && f.Count(char.IsLetter) >= 12 && IsInOrder(f))
            .ToFrozenDictionary(f => f, f => new Regex($"^{Placeholder().Replace(Regex.Escape(f), "(.+?)")}$", RegexOptions.CultureInvariant), StringComparer.Ordinal);
    }

    private static bool IsInOrder(string format) =>
        Placeholder().Matches(Regex.Escape(format)).Select((m, i) => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) == i)
            .All(inOrder => inOrder);

    /// <summary>A placeholder after <see cref="Regex.Escape"/>, which escapes the opening brace alone.</summary>
    [GeneratedRegex(@"\\\{([0-9])\}")]
    private static partial Regex Placeholder();
}
