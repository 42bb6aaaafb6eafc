using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Failures;
using ModelOps.Application.Users;
using ModelOps.Infrastructure.Failures;

namespace ModelOps.Infrastructure.Identity;

/// <summary>Password checks and session checks.</summary>
/// <remarks>
/// SignInManager is not used for two reasons. It answers for a locked account without hashing, which an attacker can measure. It also
/// increments the count of wrong passwords by read and write, so that parallel guesses count as one.
/// </remarks>
internal sealed partial class UserAccounts
{
    /// <summary>A hash of no account. Checking it takes as long as checking a real one, so that timing reveals no account.</summary>
    private static readonly string Decoy =
        new PasswordHasher<ModelOpsUser>().HashPassword(new ModelOpsUser(), RandomNumberGenerator.GetHexString(32));

    public async Task<SignedInUser?> CheckPasswordAsync(string email, string password, CancellationToken cancellationToken)
    {
        var user = await FindByEmailAsync(email, cancellationToken);
        if (user?.PasswordHash is null || !MaySignIn(user))
        {
            hasher.VerifyHashedPassword(new ModelOpsUser(), Decoy, password);
            await CountWrongPasswordAsync("", 0);
            return null;
        }

        var verdict = hasher.VerifyHashedPassword(user, user.PasswordHash, password);
        if (verdict == PasswordVerificationResult.Failed)
        {
            await CountWrongPasswordAsync(user.Id, user.AccessFailedCount);
            return null;
        }

        // Parallel guesses may have locked the account since it was read.
        user = await database.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == user.Id, cancellationToken);
        if (user is null || !MaySignIn(user))
        {
            return null;
        }

        uncounted.Forget(user.Id);
        if (user.AccessFailedCount > 0)
        {
            await database.Users.Where(u => u.Id == user.Id)
                .ExecuteUpdateAsync(u => u.SetProperty(x => x.AccessFailedCount, 0), cancellationToken);
        }

        return await WithRolesAsync(user, cancellationToken);
    }

    public async Task<SignedInUser?> FindForRenewalAsync(string id, string securityStamp, CancellationToken cancellationToken)
    {
        var user = await database.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id, cancellationToken);
        return user is not null && MaySignIn(user) && SameStamp(user.SecurityStamp, securityStamp)
            ? await WithRolesAsync(user, cancellationToken)
            : null;
    }

    public async Task<bool> IsSessionCurrentAsync(string id, string securityStamp, CancellationToken cancellationToken)
    {
        // A lockout stops password guessing but keeps sessions. Otherwise anyone could sign another user out by guessing passwords.
        var current = await sessions.StampAsync(
            id,
            cancel => database.Users.Where(u => u.Id == id && !u.Disabled).Select(u => u.SecurityStamp).SingleOrDefaultAsync(cancel),
            database.IsAway,
            cancellationToken);
        return SameStamp(current, securityStamp);
    }

    private static bool SameStamp(string? current, string given) =>
        current is not null && string.Equals(current, given, StringComparison.Ordinal);

    private async Task<ModelOpsUser?> FindByEmailAsync(string email, CancellationToken cancellationToken)
    {
        // PostgreSQL fails with an error on U+0000 instead of returning no row.
        if (email.Any(char.IsControl))
        {
            return null;
        }

        var name = normalizer.NormalizeName(email);
        return await database.Users.AsNoTracking().SingleOrDefaultAsync(u => u.NormalizedUserName == name, cancellationToken);
    }

    private bool MaySignIn(ModelOpsUser user) =>
        !user.Disabled && !(user.LockoutEnd > time.GetUtcNow()) && !uncounted.IsLocked(user.Id);

    /// <summary>
    /// Counts a wrong password in the database or, where that fails, in memory. Whoever guesses gets the same answer in both cases.
    /// </summary>
    private async Task CountWrongPasswordAsync(string userId, int counted)
    {
        try
        {
            await CountWrongPasswordAsync(userId);
        }
        catch (Exception exception) when (EnvironmentFailures.Classify(exception) != FailureKind.Other)
        {
            if (userId.Length > 0)
            {
                uncounted.Add(userId, counted);
            }
        }
    }

    /// <summary>
    /// Increments the count with one UPDATE in the database, so that parallel guesses are all counted. The request's cancellation token is
    /// not used: a client must not avoid the count by disconnecting. For an unknown account, the call takes equally long and has no effect.
    /// </summary>
    private async Task CountWrongPasswordAsync(string userId)
    {
        await database.Users.Where(u => u.Id == userId)
            .ExecuteUpdateAsync(u => u.SetProperty(x => x.AccessFailedCount, x => x.AccessFailedCount + 1), CancellationToken.None);
        DateTimeOffset? lockedUntil = time.GetUtcNow().AddMinutes(UserLimits.LockMinutes);
        await database.Users.Where(u => u.Id == userId && u.AccessFailedCount >= UserLimits.MaxWrongPasswords)
            .ExecuteUpdateAsync(
                u => u.SetProperty(x => x.AccessFailedCount, 0).SetProperty(x => x.LockoutEnd, lockedUntil), CancellationToken.None);
    }

    private async Task<SignedInUser> WithRolesAsync(ModelOpsUser user, CancellationToken cancellationToken)
    {
        var roles = await (
            from membership in database.UserRoles
            join role in database.Roles on membership.RoleId equals role.Id
            where membership.UserId == user.Id
            select role.Name).ToListAsync(cancellationToken);
        return new SignedInUser(user.Id, user.Email!, roles, user.SecurityStamp!);
    }
}
