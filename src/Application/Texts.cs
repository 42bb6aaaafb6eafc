using System.Globalization;
using System.Resources;
using ModelOps.Domain;

namespace ModelOps.Application;

/// <summary>
/// Translates every sentence shown to a person (API responses, refusals, dashboard) into the reader's language (<see
/// cref="CultureInfo.CurrentUICulture"/>). The resource key is the English sentence with its placeholders. A sentence without a
/// translation is shown in English. A number among the arguments is shown as the language writes it, and the sentence may list plural
/// forms for it: <c>$"{rows:# row is|# rows are} usable"</c>. Thread-safe.
/// </summary>
public static class Texts
{
    private static readonly ResourceManager Resources = new(typeof(Texts));

    /// <summary>Has the decimal point, and dates with the day before the month.</summary>
    private static CultureInfo English { get; } = CultureInfo.GetCultureInfo("en-GB");

    /// <summary>Has the decimal comma, as in Spain.</summary>
    private static CultureInfo Spanish { get; } = CultureInfo.GetCultureInfo("es-ES");

    /// <summary>The supported languages. The first one, English, is the default when a client requests none of them.</summary>
    public static IReadOnlyList<CultureInfo> Languages { get; } = [CultureInfo.GetCultureInfo("en"), CultureInfo.GetCultureInfo("es")];

    /// <summary>Formats a sentence in the reader's language. Sentences among the arguments are translated as well.</summary>
    public static string Say(FormattableString sentence) => Say(Sentence.Of(sentence));

    /// <summary>Translates a stored sentence, or one created by the domain, into the reader's language.</summary>
    public static string Say(Sentence sentence) => sentence.Say(Language, Translate);

    /// <summary>A number grouped and with the decimal sign of the reader's language. Other values keep their text.</summary>
    internal static string Number(object value) => Sentence.Of($"{value}").Say(Language, format => format);

    /// <summary>The conventions of the reader's language for numbers, dates and plurals.</summary>
    public static CultureInfo Language => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "es" ? Spanish : English;

    /// <summary>
    /// Returns the translation of an English format string with its placeholders; the format string itself if there is no translation.
    /// </summary>
    internal static string Translate(string format) => Resources.GetString(format, CultureInfo.CurrentUICulture) ?? format;
}
