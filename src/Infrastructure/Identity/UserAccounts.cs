using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Users;
using ModelOps.Infrastructure.Persistence;

namespace ModelOps.Infrastructure.Identity;

internal sealed partial class UserAccounts(
    ModelOpsDbContext database,
    UserManager<ModelOpsUser> manager,
    IPasswordHasher<ModelOpsUser> hasher,
    ILookupNormalizer normalizer,
    SessionCache sessions,
    TokenCache tokens,
    SignInHashes hashes,
    UncountedGuesses uncounted,
    TimeProvider time) : IUserAccounts
{
    public async Task<Page<UserSummary>> ListAsync(PageRequest page, CancellationToken cancellationToken)
    {
        var after = page.AfterText();
        var users = database.Users.AsNoTracking();
        if (after is not null)
        {
#pragma warning disable CA1309 // EF Core translates the comparison to SQL. The database compares with its own collation.
            users = users.Where(u => string.Compare(u.NormalizedUserName, after) > 0);
#pragma warning restore CA1309
        }

        var rows = await Summaries(users.OrderBy(u => u.NormalizedUserName).Take(page.Fetch)).ToListAsync(cancellationToken);
        return page.Cut(rows, row => normalizer.NormalizeName(row.Email));
    }

    public async Task<UserSummary> CreateAsync(string email, string password, string role, CancellationToken cancellationToken)
    {
        email = Emails.Normalize(email) ?? email;
        var user = new ModelOpsUser { UserName = email, Email = email, CreatedAt = Now };
        try
        {
            await database.InTransactionAsync(
                async cancel =>
                {
                    Check(await manager.CreateAsync(user, password));
                    await AddRoleAsync(user.Id, role, cancel);
                    return await database.SaveChangesAsync(cancel);
                },
                cancellationToken);
        }
        catch (DbUpdateException e) when (database.IsUniqueViolation(e))
        {
            // Another request created the same user between the check and the insert.
            throw UserRefusals.UserExists();
        }

        return new UserSummary(user.Id, email, role, false, user.CreatedAt);
    }

    public async Task<UserSummary> ChangeAsync(string id, string? role, bool? disabled, CancellationToken cancellationToken)
    {
        var summary = await database.InTransactionAsync(
            async cancel =>
            {
                await LockAdministratorsAsync(cancel);
                var user = await FindAsync(id, cancel);
                var before = await Summaries(database.Users.Where(u => u.Id == id)).SingleAsync(cancel);
                var after = before with { Role = role ?? before.Role, Disabled = disabled ?? before.Disabled };
                if (after == before)
                {
                    return before;
                }

                if (after is { Role: not UserRoles.Admin } or { Disabled: true })
                {
                    await RequireAnotherAdministratorAsync(before, cancel);
                }

                if (after.Role != before.Role)
                {
                    await RequireNoProviderAsync(id, cancel);
                    await SetRoleAsync(id, after.Role, cancel);
                }

                user.Disabled = after.Disabled;

                // A new security stamp invalidates all issued tokens, because they contain the old stamp.
                user.SecurityStamp = Guid.NewGuid().ToString("N");
                user.ConcurrencyStamp = Guid.NewGuid().ToString();
                await database.SaveChangesAsync(cancel);
                await database.Sessions.Where(s => s.UserId == id).EndAsync(Now, cancel);
                return after;
            },
            cancellationToken);
        ForgetAllOf(id);
        return summary;
    }

    public async Task DeleteAsync(string id, CancellationToken cancellationToken)
    {
        await database.InTransactionAsync(
            async cancel =>
            {
                await LockAdministratorsAsync(cancel);
                var user = await FindAsync(id, cancel);
                await RequireAnotherAdministratorAsync(await Summaries(database.Users.Where(u => u.Id == id)).SingleAsync(cancel), cancel);
                database.Users.Remove(user);
                return await database.SaveChangesAsync(cancel);
            },
            cancellationToken);
        ForgetAllOf(id);
    }

    /// <summary>
    /// Serializes changes of accounts, so that an administrator always remains. Otherwise two administrators who demote each other at the
    /// same time would each still see the other one. Every change first locks the ADMIN role's row with an UPDATE that changes nothing.
    /// Both providers support this lock. SQLite allows one writer at a time anyway. On PostgreSQL the UPDATE holds the row lock until the
    /// commit, and under READ COMMITTED the following statements see what the previous transaction committed.
    /// </summary>
    private Task<int> LockAdministratorsAsync(CancellationToken cancellationToken) => database.Roles
        .Where(r => r.NormalizedName == UserRoles.Admin)
        .ExecuteUpdateAsync(role => role.SetProperty(r => r.Name, UserRoles.Admin), cancellationToken);

    private async Task<ModelOpsUser> FindAsync(string id, CancellationToken cancellationToken) =>
        (IsPossibleId(id) ? await database.Users.SingleOrDefaultAsync(u => u.Id == id, cancellationToken) : null)
        ?? throw UserRefusals.UserNotFound();

    /// <summary>Rejects ids with control characters: PostgreSQL fails with an error on U+0000 instead of returning no row.</summary>
    private static bool IsPossibleId(string id) => id.Length <= 64 && !id.Any(char.IsControl);

    /// <summary>
    /// Only administrators with a password count. Those of the hospital's sign-in can lose their role there at any time, and can't sign in
    /// while it is down.
    /// </summary>
    private async Task RequireAnotherAdministratorAsync(UserSummary user, CancellationToken cancellationToken)
    {
        if (user is not { Role: UserRoles.Admin, Disabled: false })
        {
            return;
        }

        var others = Administrators().Where(u => !u.Disabled && u.Id != user.Id);
        if (!await others.AnyAsync(u => u.PasswordHash != null, cancellationToken))
        {
            throw await others.AnyAsync(cancellationToken) ? ProviderRefusals.LastLocalAdmin() : UserRefusals.LastAdmin();
        }
    }

    private void ForgetAllOf(string userId)
    {
        sessions.ForgetAllOf(userId);
        tokens.ForgetAllOf(userId);
    }

    private IQueryable<ModelOpsUser> Administrators() =>
        from user in database.Users
        join membership in database.UserRoles on user.Id equals membership.UserId
        join role in database.Roles on membership.RoleId equals role.Id
        where role.NormalizedName == UserRoles.Admin
        select user;

    private IQueryable<UserSummary> Summaries(IQueryable<ModelOpsUser> users) =>
        users.Select(user => new UserSummary(
            user.Id,
            user.Email!,
            (from membership in database.UserRoles
             join role in database.Roles on membership.RoleId equals role.Id
             where membership.UserId == user.Id
             select role.Name).First(),
            user.Disabled,
            user.CreatedAt));

    private async Task SetRoleAsync(string userId, string role, CancellationToken cancellationToken)
    {
        database.UserRoles.RemoveRange(await database.UserRoles.Where(r => r.UserId == userId).ToListAsync(cancellationToken));
        await AddRoleAsync(userId, role, cancellationToken);
    }

    private async Task AddRoleAsync(string userId, string role, CancellationToken cancellationToken)
    {
        var roleId = await database.Roles.Where(r => r.NormalizedName == role).Select(r => r.Id).SingleAsync(cancellationToken);
        database.UserRoles.Add(new IdentityUserRole<string> { UserId = userId, RoleId = roleId });
    }

    private static void Check(IdentityResult result)
    {
        if (result.Succeeded)
        {
            return;
        }

        if (result.Errors.Any(e =>
            e.Code is nameof(IdentityErrorDescriber.DuplicateUserName) or nameof(IdentityErrorDescriber.DuplicateEmail)))
        {
            throw UserRefusals.UserExists();
        }

        // The use case's validator checks the same rules first. This check is for callers without a validator.
        throw InvalidRequest.Refusal(result.Errors
            .GroupBy(e => e.Code.StartsWith("Password", StringComparison.Ordinal) ? "password" : "email")
            .ToDictionary(group => group.Key, group => group.Select(e => e.Description).ToArray()));
    }
}
