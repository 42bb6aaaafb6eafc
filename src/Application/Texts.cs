using System.Globalization;
using System.Resources;
using ModelOps.Domain;

namespace ModelOps.Application;

/// <summary>
/// Everything that is said to a person, in the language of whom it is said to (<see cref="CultureInfo.CurrentUICulture"/>): answers,
/// refusals and the dashboard alike. The English sentence with its placeholders is the key, so the code reads like the page, and a
/// sentence that nobody has translated yet is at least said in English. Thread-safe.
/// </summary>
public static class Texts
{
    private static readonly ResourceManager Resources = new(typeof(Texts));

    /// <summary>English first: it is spoken where a client asks for neither.</summary>
    public static IReadOnlyList<CultureInfo> Languages { get; } = [CultureInfo.GetCultureInfo("en"), CultureInfo.GetCultureInfo("es")];

    /// <summary>A sentence in the language of the present reader. Sentences among the arguments are translated as well.</summary>
    public static string Say(FormattableString sentence) => Say(Sentence.Of(sentence));

    /// <summary>A stored sentence, or one that a rule of the domain made, in the language of the present reader.</summary>
    public static string Say(Sentence sentence) => sentence.Say(Translate);

    /// <summary>The translation of an English format, with its placeholders; the format itself where nobody has translated it.</summary>
    internal static string Translate(string format) => Resources.GetString(format, CultureInfo.CurrentUICulture) ?? format;
}
