using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Failures;
using ModelOps.Application.Users;
using ModelOps.Infrastructure.Failures;

namespace ModelOps.Infrastructure.Identity;

/// <summary>Password checks.</summary>
/// <remarks>
/// SignInManager is not used for two reasons. It answers for a locked account without hashing, which an attacker can measure. It also
/// increments the count of wrong passwords by read and write, so that parallel guesses count as one.
/// <para>
/// Wrong passwords are counted separately for each address from which the account has signed in before, and for all other addresses
/// together. Each counter locks its own side only. Therefore somebody who guesses from elsewhere can't lock the user out.
/// </para>
/// </remarks>
internal sealed partial class UserAccounts
{
    /// <summary>A hash of no account. Checking it takes as long as checking a real one, so that timing reveals no account.</summary>
    private static readonly string Decoy =
        new PasswordHasher<ModelOpsUser>().HashPassword(new ModelOpsUser(), RandomNumberGenerator.GetHexString(32));

    public async Task<SignedInUser?> CheckPasswordAsync(
        string email, string password, string address, CancellationToken cancellationToken)
    {
        // An unknown account takes the same statements as a known one.
        var user = await FindByEmailAsync(email, cancellationToken);
        var name = user?.NormalizedUserName ?? NameOf(email);
        var userId = user?.Id ?? "";
        var addressHash = await hashes.OfAddressAsync(database, name, address, cancellationToken);
        var recent = Now.AddDays(-SignInAddress.KeepDays);
        var isKnown = await database.SignInAddresses.AnyAsync(
            a => a.UserId == userId && a.AddressHash == addressHash && a.LastSignInAt > recent, cancellationToken);
        var counter = await hashes.OfCounterAsync(database, name, isKnown ? addressHash : "", cancellationToken);
        if (await IsLockedAsync(counter, cancellationToken) || user?.PasswordHash is null || !MaySignIn(user))
        {
            hasher.VerifyHashedPassword(new ModelOpsUser(), Decoy, password);
            await CountWrongPasswordAsync(counter, isAccount: user is not null);
            return null;
        }

        if (hasher.VerifyHashedPassword(user, user.PasswordHash, password) == PasswordVerificationResult.Failed)
        {
            await CountWrongPasswordAsync(counter, isAccount: true);
            return null;
        }

        // Parallel guesses may have locked the account since it was read.
        user = await database.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == userId, cancellationToken);
        if (user is null || !MaySignIn(user) || await IsLockedAsync(counter, cancellationToken))
        {
            return null;
        }

        uncounted.Forget(counter);
        await database.SignInCounters.Where(c => c.Key == counter).ExecuteDeleteAsync(cancellationToken);
        return await RememberAddressAsync(userId, addressHash, cancellationToken)
            ? await database.WithRolesAsync(user, cancellationToken)
            : null;
    }

    private async Task<ModelOpsUser?> FindByEmailAsync(string email, CancellationToken cancellationToken)
    {
        // PostgreSQL fails with an error on U+0000 instead of returning no row.
        if (email.Any(char.IsControl) || Emails.Normalize(email) is null)
        {
            return null;
        }

        // Earlier releases stored addresses without the compatibility form. Such an address is found as it was written.
        var (written, name) = (normalizer.NormalizeName(email), NameOf(email));
        var found = await database.Users.AsNoTracking().Where(u => u.NormalizedUserName == written || u.NormalizedUserName == name)
            .ToListAsync(cancellationToken);
        return found.Find(u => u.NormalizedUserName == written) ?? found.FirstOrDefault();
    }

    private string NameOf(string email) => Emails.Normalize(email) is { } normalized ? normalizer.NormalizeName(normalized) : "";

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private bool MaySignIn(ModelOpsUser user) => !user.Disabled && !(user.OneTimePasswordExpiresAt <= Now);

    private async Task<bool> IsLockedAsync(string counter, CancellationToken cancellationToken)
    {
        var now = Now;
        return await database.SignInCounters.AnyAsync(c => c.Key == counter && c.LockedUntil > now, cancellationToken)
            || uncounted.IsLocked(counter);
    }

    /// <summary>
    /// Counts a wrong password in the database or, where that fails, in memory. Whoever guesses gets the same answer in both cases.
    /// </summary>
    /// <param name="isAccount">Whether the account exists. Guesses for others need no memory.</param>
    private async Task CountWrongPasswordAsync(string counter, bool isAccount)
    {
        try
        {
            await CountWrongPasswordAsync(counter);
        }
        catch (Exception exception) when (EnvironmentFailures.Classify(exception) != FailureKind.Other)
        {
            var counted = await database.SignInCounters.Where(c => c.Key == counter).Select(c => c.WrongPasswords)
                .SingleOrDefaultAsync(CancellationToken.None);
            if (isAccount)
            {
                uncounted.Add(counter, counted);
            }
        }
    }

    /// <summary>
    /// Increments the count with one statement in the database, so that parallel guesses are all counted. During a lock, it changes
    /// nothing but takes as long. The request's cancellation token is not used: a client must not avoid the count by disconnecting.
    /// </summary>
    private Task<int> CountWrongPasswordAsync(string counter)
    {
        var now = Now;
        var lockedUntil = now.AddMinutes(UserLimits.LockMinutes);
        return database.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO sign_in_counters ("Key", "WrongPasswords", "LockedUntil", "UpdatedAt") VALUES ({counter}, 1, NULL, {now})
            ON CONFLICT ("Key") DO UPDATE SET
                "WrongPasswords" = CASE
                    WHEN sign_in_counters."LockedUntil" > {now} THEN 0
                    WHEN sign_in_counters."WrongPasswords" + 1 >= {UserLimits.MaxWrongPasswords} THEN 0
                    ELSE sign_in_counters."WrongPasswords" + 1 END,
                "LockedUntil" = CASE
                    WHEN sign_in_counters."LockedUntil" > {now} THEN sign_in_counters."LockedUntil"
                    WHEN sign_in_counters."WrongPasswords" + 1 >= {UserLimits.MaxWrongPasswords} THEN {lockedUntil}
                    ELSE NULL END,
                "UpdatedAt" = {now}
            """,
            CancellationToken.None);
    }

    /// <summary>Returns false if the account was deleted in the meantime.</summary>
    private async Task<bool> RememberAddressAsync(string userId, string addressHash, CancellationToken cancellationToken)
    {
        var now = Now;
        var addresses = database.SignInAddresses.Where(a => a.UserId == userId);
        if (await addresses.Where(a => a.AddressHash == addressHash)
            .ExecuteUpdateAsync(a => a.SetProperty(x => x.LastSignInAt, now), cancellationToken) > 0)
        {
            return true;
        }

        database.SignInAddresses.Add(new SignInAddress { UserId = userId, AddressHash = addressHash, LastSignInAt = now });
        try
        {
            await database.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (database.IsForeignKeyViolation(exception))
        {
            database.DiscardChanges();
            return false;
        }
        catch (DbUpdateException exception) when (database.IsUniqueViolation(exception))
        {
            // Another sign-in from this address at the same moment added the row.
            database.DiscardChanges();
            return true;
        }

        var kept = addresses.OrderByDescending(a => a.LastSignInAt).Take(SignInAddress.MaxPerAccount).Select(a => a.AddressHash);
        await addresses.Where(a => !kept.Contains(a.AddressHash)).ExecuteDeleteAsync(cancellationToken);
        return true;
    }
}
