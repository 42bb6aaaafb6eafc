using System.Globalization;

namespace ModelOps.Domain;

/// <summary>
/// Plural categories of whole numbers by language, from the Unicode CLDR, release 47, <c>common/supplemental/plurals.xml</c>. .NET has
/// no plural rules.
/// </summary>
internal static class PluralRules
{
    private const decimal Million = 1_000_000;

    /// <summary>The index of a number's form among the forms that a sentence names: one and other, or one, many and other.</summary>
    /// <remarks>Spanish has "many" for whole millions ("1.000.000 de filas"). Where a sentence has no such form, "other" is used.</remarks>
    public static int IndexOf(CultureInfo language, decimal number, int forms)
    {
        var isSpanish = language.TwoLetterISOLanguageName == "es";
        var isOne = forms > 1 && (isSpanish ? number == 1 : decimal.Truncate(number) == 1 && decimal.IsInteger(number));
        var isMany = forms > 2 && isSpanish && number != 0 && number % Million == 0;
        return isOne ? 0 : isMany ? 1 : forms - 1;
    }
}
