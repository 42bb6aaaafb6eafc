using ModelOps.Application.Users.Passwords;

namespace ModelOps.Application.Tests.Users;

public sealed class PasswordRulesTests
{
    private const string Email = "Margaretha.Vos@example.org";

    [Theory]
    [InlineData("password1234")]
    [InlineData("PassWord1234")]
    [InlineData("password1234!")]
    [InlineData("1q2w3e4r5t6y")]
    [InlineData("sonyericsson")]
    [InlineData("modelops-2026!")]
    [InlineData("Diabetes20262026")]
    [InlineData("aaaaaaaaaaaaaaaa")]
    [InlineData("abababababab")]
    [InlineData("123123123123")]
    [InlineData("xk7wqxk7wqxk7wq")]
    [InlineData("9f3kd8s29f3kd8s2")]
    [InlineData("abcdefghijklmn")]
    [InlineData("nmlkjihgfedcba")]
    [InlineData("123456789012")]
    [InlineData("qwertyuiop[]")]
    [InlineData("asdfghjklqwertyuiop")]
    [InlineData("aaaabbbbccccdddd")]
    public void ProblemOf_AGuessersPassword_SaysThatItIsTriedFirst(string password) =>
        Assert.Contains("tried first", PasswordRules.ProblemOf(password, Email)?.Format, StringComparison.Ordinal);

    [Theory]
    [InlineData("margaretha.vos 26")]
    [InlineData("my MARGARETHA.VOS x")]
    [InlineData("margaretha.vos@example.org")]
    public void ProblemOf_APasswordWithTheEmail_SaysSo(string password) =>
        Assert.Contains("e-mail", PasswordRules.ProblemOf(password, Email)?.Format, StringComparison.Ordinal);

    [Theory]
    [InlineData("one of the many 22", Email)]
    [InlineData("first of the house 1", "admin@localhost")]
    [InlineData("correct horse battery", Email)]
    [InlineData("k9#vR2!xQm7z", Email)]
    [InlineData("los tres amigos de Ana", "ana@example.org")]
    [InlineData("zwölf Boxkämpfer jagen", Email)]
    public void ProblemOf_AGoodPassword_IsNothing(string password, string email) => Assert.Null(PasswordRules.ProblemOf(password, email));
}
