using System.Globalization;
using FluentValidation;
using Microsoft.Extensions.DependencyInjection;

namespace ModelOps.Application.Tests.Behaviors;

public sealed class PlainMessagesTests
{
    [Theory]
    [InlineData(
        "en", "must be between 1 and 10,000.", "must be at most 12,345.5.", "must be at least 0.000001.",
        "must have at most 1,000 characters.")]
    [InlineData(
        "es", "debe estar entre 1 y 10.000.", "debe ser como máximo 12.345,5.", "debe ser al menos 0,000001.",
        "debe tener como máximo 1.000 caracteres.")]
    public void Limits_OfEachKind_AreWrittenAsTheReadersLanguageDoes(string language, params string[] expected)
    {
        new ServiceCollection().AddApplication();
        var validator = new InlineValidator<Values>();
        validator.RuleFor(v => v.Whole).InclusiveBetween(1, 10_000);
        validator.RuleFor(v => v.Large).LessThanOrEqualTo(12_345.5);
        validator.RuleFor(v => v.Small).GreaterThanOrEqualTo(1e-6);
        validator.RuleFor(v => v.Text).MaximumLength(1_000);
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(language);

        var failures = validator.Validate(new Values(99_999, 99_999, 0, new string('x', 1_001))).Errors;

        Assert.Equal(expected, failures.Select(f => f.ErrorMessage));
    }

    private sealed record Values(int Whole, double Large, double Small, string Text);
}
