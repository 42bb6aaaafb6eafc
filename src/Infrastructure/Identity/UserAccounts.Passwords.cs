using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Users;

namespace ModelOps.Infrastructure.Identity;

/// <summary>Changes of passwords, by the user and by somebody who resets them.</summary>
internal sealed partial class UserAccounts
{
    /// <summary>Letters and digits without characters that are easily confused, such as 0 and O.</summary>
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    private const int GeneratedLength = 20;

    /// <summary>The address under which wrong current passwords are counted. No client has it.</summary>
    private const string ChangeOfPassword = "change of password";

    /// <summary>A password that is too long to be guessed and short enough to be read out.</summary>
    public static string GeneratePassword() => RandomNumberGenerator.GetString(Alphabet, GeneratedLength);

    public async Task<bool> ChangePasswordAsync(
        string id, Guid session, string current, string password, CancellationToken cancellationToken)
    {
        var user = await database.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id, cancellationToken);
        if (user is null)
        {
            return false;
        }

        var hash = user.PasswordHash ?? throw ProviderRefusals.NoPassword();

        // Somebody who found an open page must not guess the password there.
        var counter = await hashes.OfCounterAsync(database, user.NormalizedUserName!, ChangeOfPassword, cancellationToken);
        if (await IsLockedAsync(counter, cancellationToken)
            || hasher.VerifyHashedPassword(user, hash, current) == PasswordVerificationResult.Failed)
        {
            await CountWrongPasswordAsync(counter);
            return false;
        }

        // Parallel guesses may have locked it since it was read.
        if (await IsLockedAsync(counter, cancellationToken))
        {
            return false;
        }

        var next = hasher.HashPassword(user, password);
        await database.InTransactionAsync(
            async cancel =>
            {
                await SetPasswordAsync(database.Users.Where(u => u.Id == id), next, null, cancel);
                return await database.Sessions.Where(s => s.UserId == id && s.Id != session).EndAsync(Now, cancel);
            },
            cancellationToken);
        await database.SignInCounters.Where(c => c.Key == counter).ExecuteDeleteAsync(cancellationToken);
        ForgetAllOf(id);
        return true;
    }

    public async Task<string> ResetPasswordAsync(string id, CancellationToken cancellationToken)
    {
        var user = await FindAsync(id, cancellationToken);
        if (user.PasswordHash is null)
        {
            throw ProviderRefusals.NoPassword();
        }

        var password = GeneratePassword();
        var hash = hasher.HashPassword(user, password);
        var expires = Now.AddHours(UserLimits.OneTimePasswordHours);
        await database.InTransactionAsync(
            async cancel =>
            {
                await SetPasswordAsync(database.Users.Where(u => u.Id == id), hash, expires, cancel);

                // The new security stamp invalidates all access tokens and cookies, because they contain the old stamp.
                var stamp = Guid.NewGuid().ToString("N");
                await database.Users.Where(u => u.Id == id).ExecuteUpdateAsync(u => u.SetProperty(x => x.SecurityStamp, stamp), cancel);
                await UnlockAsync(user, cancel);
                return await database.Sessions.Where(s => s.UserId == id).EndAsync(Now, cancel);
            },
            cancellationToken);
        ForgetAllOf(id);
        return password;
    }

    public async Task UnlockAsync(string id, CancellationToken cancellationToken) =>
        await UnlockAsync(await FindAsync(id, cancellationToken), cancellationToken);

    public async Task<string?> FindIdAsync(string email, CancellationToken cancellationToken) =>
        (await FindByEmailAsync(email, cancellationToken))?.Id;

    private static Task<int> SetPasswordAsync(
        IQueryable<ModelOpsUser> user, string hash, DateTime? expires, CancellationToken cancellationToken)
    {
        var stamp = Guid.NewGuid().ToString();
        return user.ExecuteUpdateAsync(
            u => u.SetProperty(x => x.PasswordHash, hash)
                .SetProperty(x => x.OneTimePasswordExpiresAt, expires)
                .SetProperty(x => x.ConcurrencyStamp, stamp),
            cancellationToken);
    }

    /// <summary>Removes the counters of all known addresses and of all other addresses.</summary>
    private async Task<int> UnlockAsync(ModelOpsUser user, CancellationToken cancellationToken)
    {
        var addresses = await database.SignInAddresses.Where(a => a.UserId == user.Id).Select(a => a.AddressHash)
            .ToListAsync(cancellationToken);
        var keys = new List<string>();
        foreach (var address in addresses.Append("").Append(ChangeOfPassword))
        {
            keys.Add(await hashes.OfCounterAsync(database, user.NormalizedUserName!, address, cancellationToken));
        }

        return await database.SignInCounters.Where(c => keys.Contains(c.Key)).ExecuteDeleteAsync(cancellationToken);
    }
}
