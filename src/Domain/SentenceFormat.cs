using System.Globalization;

namespace ModelOps.Domain;

/// <summary>
/// Formats the arguments of a <see cref="Sentence"/> in one language. Numbers are grouped and have the language's decimal sign. A hole
/// may list plural forms, in which <c>#</c> is the number: <c>{0:# row|# rows}</c>.
/// </summary>
/// <remarks>
/// The forms are those of CLDR in its order: one and other, or one, many and other; a single form is for every number. A leading form
/// that begins with <c>=0</c> is for zero: <c>{0:=0 none|# row|# rows}</c>. The English sentence and its translation each list the forms
/// that their language needs.
/// </remarks>
internal sealed class SentenceFormat(CultureInfo language) : IFormatProvider, ICustomFormatter
{
    private const string ZeroForm = "=0";

    public object? GetFormat(Type? formatType) =>
        formatType == typeof(ICustomFormatter) ? this : language.GetFormat(formatType);

    public string Format(string? format, object? arg, IFormatProvider? formatProvider)
    {
        var isForms = format?.AsSpan().ContainsAny('#', '|') == true;
        return (arg, isForms) switch
        {
            (long or double, true) => Plural(format!, Convert.ToDecimal(arg, CultureInfo.InvariantCulture)),
            (_, true) => format!.Split('|')[^1].Replace("#", arg?.ToString(), StringComparison.Ordinal),
            (long whole, _) => whole.ToString("N0", language),
            (double number, _) => Number(number),
            _ => arg?.ToString() ?? "",
        };
    }

    private string Plural(string format, decimal number)
    {
        var forms = format.Split('|');
        if (forms[0].StartsWith(ZeroForm, StringComparison.Ordinal))
        {
            if (number == 0)
            {
                return forms[0][ZeroForm.Length..].TrimStart(' ');
            }

            forms = forms[1..];
        }

        return forms[PluralRules.IndexOf(language, number, forms.Length)]
            .Replace("#", number.ToString("#,0.##########", language), StringComparison.Ordinal);
    }

    private string Number(double number) => Math.Abs(number) is > 0 and (< 1e-10 or >= 1e15)
        ? number.ToString(language)
        : number.ToString("#,0.##########", language);
}
