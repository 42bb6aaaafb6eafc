using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Users;

namespace ModelOps.Infrastructure.Identity;

/// <summary>Signing in, and staying signed in.</summary>
/// <remarks>
/// Not through SignInManager: it answers a locked account without hashing (which can be measured), and it counts wrong
/// passwords by reading and writing back, so that parallel guesses count once.
/// </remarks>
internal sealed partial class UserAccounts
{
    /// <summary>Nobody's password. Checking it costs what checking a real one costs.</summary>
    private static readonly string Decoy =
        new PasswordHasher<ModelOpsUser>().HashPassword(new ModelOpsUser(), RandomNumberGenerator.GetHexString(32));

    public async Task<SignedInUser?> CheckPasswordAsync(string email, string password, CancellationToken cancellationToken)
    {
        var user = await FindByEmailAsync(email, cancellationToken);
        if (user?.PasswordHash is null || !MaySignIn(user))
        {
            hasher.VerifyHashedPassword(new ModelOpsUser(), Decoy, password);
            await CountWrongPasswordAsync("");
            return null;
        }

        var verdict = hasher.VerifyHashedPassword(user, user.PasswordHash, password);
        if (verdict == PasswordVerificationResult.Failed)
        {
            await CountWrongPasswordAsync(user.Id);
            return null;
        }

        // Guesses that ran beside this one may have locked the account since it was read.
        user = await database.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == user.Id, cancellationToken);
        if (user is null || !MaySignIn(user))
        {
            return null;
        }

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
        // A lock stops guessing; it doesn't end sessions, or anybody could throw anybody out by guessing.
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
        // PostgreSQL answers U+0000 with an error, not with "no row".
        if (email.Any(char.IsControl))
        {
            return null;
        }

        var name = normalizer.NormalizeName(email);
        return await database.Users.AsNoTracking().SingleOrDefaultAsync(u => u.NormalizedUserName == name, cancellationToken);
    }

    private bool MaySignIn(ModelOpsUser user) => !user.Disabled && !(user.LockoutEnd > time.GetUtcNow());

    /// <summary>
    /// Counts in the database, so that no parallel guess is lost, and without the request's cancellation: hanging up
    /// early must not make a guess free. For an unknown account it costs the same and changes nothing.
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
