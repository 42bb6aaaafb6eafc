using System.Globalization;
using FluentValidation.Resources;

namespace ModelOps.Application.Behaviors;

/// <summary>
/// Replaces FluentValidation's own messages, which repeat the value ("You entered 48"); the value may be a patient's. The messages follow
/// the field's name, as in "epochs: must be …", and are in the reader's language.
/// </summary>
internal sealed class PlainMessages : LanguageManager
{
    public override string GetString(string key, CultureInfo? culture = null) =>
        Messages.TryGetValue(key, out var message) ? Texts.Translate(message) : base.GetString(key, CultureInfo.GetCultureInfo("en"));

    internal static IReadOnlyDictionary<string, string> Messages { get; } = new Dictionary<string, string>
    {
        ["NotNullValidator"] = "is required.",
        ["NotEmptyValidator"] = "is required.",
        ["NullValidator"] = "must be left out.",
        ["EmptyValidator"] = "must be left out.",
        ["EmailValidator"] = "isn't an e-mail address.",
        ["LengthValidator"] = "must have {MinLength} to {MaxLength} characters.",
        ["MinimumLengthValidator"] = "must have at least {MinLength} characters.",
        ["MaximumLengthValidator"] = "must have at most {MaxLength} characters.",
        ["ExactLengthValidator"] = "must have {MaxLength} characters.",
        ["InclusiveBetweenValidator"] = "must be between {From} and {To}.",
        ["ExclusiveBetweenValidator"] = "must be between {From} and {To}, both excluded.",
        ["GreaterThanValidator"] = "must be greater than {ComparisonValue}.",
        ["GreaterThanOrEqualValidator"] = "must be at least {ComparisonValue}.",
        ["LessThanValidator"] = "must be less than {ComparisonValue}.",
        ["LessThanOrEqualValidator"] = "must be at most {ComparisonValue}.",
        ["EqualValidator"] = "must be {ComparisonValue}.",
        ["NotEqualValidator"] = "must not be {ComparisonValue}.",
        ["RegularExpressionValidator"] = "doesn't have the right form.",
        ["PredicateValidator"] = "isn't valid.",
        ["AsyncPredicateValidator"] = "isn't valid.",
        ["EnumValidator"] = "isn't one of the possible values.",
        ["ScalePrecisionValidator"] = "has too many digits.",
    };
}
