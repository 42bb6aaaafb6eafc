using System.Globalization;
using ModelOps.Application;

namespace ModelOps.Browser.Tests;

/// <summary>The dashboard's sentences in the language of a visitor.</summary>
internal sealed class Speech(string language)
{
    private readonly CultureInfo _culture = CultureInfo.GetCultureInfo(language);

    public string Say(FormattableString sentence)
    {
        var before = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentUICulture = _culture;
            return Texts.Say(sentence);
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }
}
