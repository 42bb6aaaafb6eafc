using ModelOps.Application.Abstractions;
using ModelOps.Application.Users;
using ModelOps.Domain;

namespace ModelOps.WebApi.Operations;

/// <summary>
/// The operator's commands <c>user reset EMAIL</c> and <c>user unlock EMAIL</c>. They only write to the database, so they work beside a
/// running service, which notices the change within a minute.
/// </summary>
internal static class UserCommand
{
    /// <param name="arguments">What follows <c>user</c> on the command line.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IServiceProvider services, string[] arguments)
    {
        if (arguments is not ["reset" or "unlock", var email])
        {
            await Console.Error.WriteLineAsync("The commands are: user reset EMAIL, user unlock EMAIL.");
            return 1;
        }

        await using var scope = services.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<IUserAccounts>();
        try
        {
            var id = await accounts.FindIdAsync(email, CancellationToken.None) ?? throw UserRefusals.UserNotFound();
            if (arguments[0] == "reset")
            {
                var password = await accounts.ResetPasswordAsync(id, CancellationToken.None);
                await Console.Out.WriteLineAsync(
                    $"""
                    One-time password of {email}: {password}
                    It is shown this once, works for {UserLimits.OneTimePasswordHours} hours, and must be changed at the sign-in.
                    The account's sessions have ended, and it isn't locked any more.
                    """);
            }
            else
            {
                await accounts.UnlockAsync(id, CancellationToken.None);
                await Console.Out.WriteLineAsync($"{email} isn't locked any more.");
            }

            return 0;
        }
        catch (RefusalException refusal)
        {
            await Console.Error.WriteLineAsync(
                refusal.Code == UserRefusals.UserNotFound().Code ? $"There is no user with the e-mail {email}." : refusal.Message);
            return 1;
        }
    }
}
