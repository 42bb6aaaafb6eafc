using FluentValidation;

namespace ModelOps.Application.Users.Passwords;

/// <summary>
/// What a new password must satisfy. Length makes a password hard to guess; required symbols only make it hard to remember. Passwords
/// that guessers try first are refused. Existing passwords keep working until they are changed.
/// </summary>
public static class PasswordRules
{
    /// <summary>The shortest local part of an e-mail that a password may not contain.</summary>
    private const int ShortestName = 4;

    /// <summary>The fewest characters that don't follow from the one before, and the fewest different characters.</summary>
    private const int FewestSurprises = 5;

    /// <summary>Rows of keyboards, in which neighbours follow each other.</summary>
    private static readonly string[] Rows = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qwertzuiop", "yxcvbnm"];

    /// <summary>Words that aren't a password, whatever digits and symbols surround them.</summary>
    private static readonly string[] Words =
    [
        "admin", "administrator", "changeme", "diabetes", "hospital", "letmein", "login", "modelops", "passord", "passw", "password",
        "passwort", "qwerty", "root", "secret", "welcome", "contraseña", "contrasena", "bienvenido",
    ];

    /// <summary>
    /// Says what is wrong with a password of sufficient length; null if nothing is. The sentence doesn't repeat the password.
    /// </summary>
    /// <param name="email">The account's e-mail, which the password may not contain.</param>
    public static FormattableString? ProblemOf(string password, string email)
    {
        if (ContainsEmail(password, email))
        {
            return UserRefusals.PasswordWithEmail;
        }

        return IsTrivial(password) || CommonPasswords.Contain(password)
            || CommonPasswords.Contain(password.TrimEnd('!', '?', '.', '*', '#', '$', '@', '-', '_', ' '))
                ? UserRefusals.CommonPassword
                : null;
    }

    /// <summary>The rules for a new password of the account with this e-mail.</summary>
    internal static IRuleBuilderOptionsConditions<T, string> NewPassword<T>(
        this IRuleBuilderInitial<T, string> rule, Func<T, string> email) => rule
        .Cascade(CascadeMode.Stop)
        .NotEmpty()
        .MinimumLength(UserLimits.MinPassword)
        .MaximumLength(UserLimits.MaxPassword)
        .Custom((password, context) =>
        {
            if (ProblemOf(password, email(context.InstanceToValidate) ?? "") is { } problem)
            {
                context.AddFailure(Texts.Say(problem));
            }
        });

    private static bool ContainsEmail(string password, string email)
    {
        var local = email.Split('@')[0];
        return (local.Length >= ShortestName && password.Contains(local, StringComparison.OrdinalIgnoreCase))
            || (email.Length > 0 && password.Contains(email, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsTrivial(string password)
    {
        var folded = password.ToLowerInvariant();
        return folded.Distinct().Count() < FewestSurprises
            || Surprises(folded) < FewestSurprises
            || Period(folded) < UserLimits.MinPassword && folded.Length >= 2 * Period(folded)
            || Words.Contains(new string([.. folded.Where(char.IsLetter)]), StringComparer.Ordinal);
    }

    /// <summary>
    /// The number of characters that don't follow from the one before by repetition, by the alphabet, or by a row of the keyboard, in
    /// either direction.
    /// </summary>
    private static int Surprises(string text)
    {
        var count = 1;
        for (var i = 1; i < text.Length; i++)
        {
            if (!Follows(text[i - 1], text[i]))
            {
                count++;
            }
        }

        return count;
    }

    private static bool Follows(char before, char after) =>
        Math.Abs(after - before) <= 1
        || Array.Exists(Rows, row => row.IndexOf(before) is >= 0 and var at && row.IndexOf(after) is >= 0 and var next
            && Math.Abs(next - at) == 1);

    /// <summary>The length of the shortest text of which this text is a repetition, whose last copy may be incomplete.</summary>
    private static int Period(string text)
    {
        var period = 1;
        while (!text.AsSpan(period).SequenceEqual(text.AsSpan(0, text.Length - period)))
        {
            period++;
        }

        return period;
    }
}
