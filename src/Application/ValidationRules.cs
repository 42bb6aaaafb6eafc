using FluentValidation;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Users;
using ModelOps.Domain.Data;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Versions;

namespace ModelOps.Application;

/// <summary>Rules that several requests share.</summary>
internal static class ValidationRules
{
    public static IRuleBuilderOptions<T, string?> IdempotencyKey<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(key => key is null || (key.Length is >= 1 and <= IdempotentRequest.MaxKey && key.All(c => c is > ' ' and <= '~')))
        .WithName("Idempotency-Key")
        .OverridePropertyName("Idempotency-Key")
        .WithMessage(_ => Texts.Say($"must have 1 to {IdempotentRequest.MaxKey} visible ASCII characters"));

    public static IRuleBuilderOptions<T, string> MustBeEmail<T>(this IRuleBuilderInitial<T, string> rule) => rule
        .Cascade(CascadeMode.Stop).NotEmpty().MaximumLength(UserLimits.MaxEmail).EmailAddress()
        .Must(Emails.IsVisible).WithMessage(_ => Texts.Say($"must not hold blanks, invisible characters or symbols outside ASCII."))
        .Must(Emails.HasOneScriptPerPart).WithMessage(_ => Texts.Say($"must not mix letters of several scripts in one part."));

    /// <summary>At least one source of rows is required: the database, or a dataset with a valid name.</summary>
    public static IRuleBuilderOptions<T, string?> NamesTheData<T>(
        this IRuleBuilderInitial<T, string?> rule, Func<T, bool> useDatabase) => rule
        .Must((request, name) => name is not null || useDatabase(request))
        .WithMessage(_ => Texts.Say($"is required when use_database is false"))
        .Must(name => name is null || Dataset.IsValidName(name))
        .WithMessage(_ => Texts.Say($"is not a dataset's name: letters, digits, dot, underscore and hyphen, ending in .csv"));

    /// <summary>Requires the hospital's own reference to a patient.</summary>
    public static IRuleBuilderOptions<T, string> PatientReference<T>(this IRuleBuilder<T, string> rule) => rule
        .Must(reference => !string.IsNullOrWhiteSpace(reference) && reference.Length <= PatientToken.MaxReference)
        .WithMessage(_ => Texts.Say($"must have 1 to {PatientToken.MaxReference} characters"));

    /// <summary>
    /// Refuses a name with characters that no version name contains. A valid name of a version that doesn't exist is a 404 later.
    /// </summary>
    public static IRuleBuilderOptions<T, string?> CouldBeAVersion<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(name => name is { Length: >= 1 and <= 64 }
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')
            && !name.Contains("..", StringComparison.Ordinal))
        .WithMessage(_ => Texts.Say($"is not a version's name, such as {VersionName.For(DateTime.UnixEpoch)}"));
}
