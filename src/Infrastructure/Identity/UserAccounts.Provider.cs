using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Users;

namespace ModelOps.Infrastructure.Identity;

/// <summary>Accounts of the hospital's sign-in. Such an account has a row in the table of logins and no password.</summary>
internal sealed partial class UserAccounts
{
    public async Task<SignedInUser> OfProviderAsync(
        string issuer, string subject, string email, string role, CancellationToken cancellationToken)
    {
        // Usually nothing has changed since the last sign-in, and nothing is written.
        if (await OfProvider(issuer, subject).AsNoTracking().SingleOrDefaultAsync(cancellationToken) is { } known)
        {
            var current = await database.WithRolesAsync(known, cancellationToken);
            if (!known.Disabled && current.Email == email && current.Roles.Contains(role))
            {
                return current;
            }
        }

        SignedInUser user;
        try
        {
            user = await database.InTransactionAsync(
                cancel => CreateOrUpdateAsync(issuer, subject, email, role, cancel), cancellationToken);
        }
        catch (DbUpdateException exception) when (database.IsUniqueViolation(exception))
        {
            // Between the check and the insert, an administrator created a user with this e-mail.
            throw ProviderRefusals.EmailTaken();
        }

        ForgetAllOf(user.Id);
        return user;
    }

    public async Task EndProviderSessionsAsync(string issuer, string subject, CancellationToken cancellationToken)
    {
        if (await OfProvider(issuer, subject).AsNoTracking().SingleOrDefaultAsync(cancellationToken) is { } user)
        {
            await database.Sessions.Where(s => s.UserId == user.Id).EndAsync(Now, cancellationToken);
            ForgetAllOf(user.Id);
        }
    }

    /// <summary>The lock serializes two first sign-ins of one person, too: the second one finds the account.</summary>
    private async Task<SignedInUser> CreateOrUpdateAsync(
        string issuer, string subject, string email, string role, CancellationToken cancellationToken)
    {
        await LockAdministratorsAsync(cancellationToken);
        var user = await OfProvider(issuer, subject).SingleOrDefaultAsync(cancellationToken);
        if (user is { Disabled: true })
        {
            throw ProviderRefusals.Disabled();
        }

        var name = NameOf(email);
        var id = user?.Id;
        var isTaken = await database.Users.AnyAsync(u => u.NormalizedUserName == name && u.Id != id, cancellationToken);
        if (user is null)
        {
            user = isTaken ? throw ProviderRefusals.EmailTaken() : new ModelOpsUser { UserName = email, Email = email, CreatedAt = Now };
            Check(await manager.CreateAsync(user));
            database.UserLogins.Add(new IdentityUserLogin<string> { LoginProvider = issuer, ProviderKey = subject, UserId = user.Id });
            await AddRoleAsync(user.Id, role, cancellationToken);
        }
        else
        {
            if (!isTaken)
            {
                (user.UserName, user.Email, user.NormalizedUserName, user.NormalizedEmail) =
                    (email, email, name, normalizer.NormalizeEmail(email));
            }

            await ChangeRoleAsync(user, role, cancellationToken);
        }

        await database.SaveChangesAsync(cancellationToken);
        return await database.WithRolesAsync(user, cancellationToken);
    }

    private async Task ChangeRoleAsync(ModelOpsUser user, string role, CancellationToken cancellationToken)
    {
        if (!(await database.WithRolesAsync(user, cancellationToken)).Roles.Contains(role))
        {
            await SetRoleAsync(user.Id, role, cancellationToken);
            user.SecurityStamp = Guid.NewGuid().ToString("N");
            user.ConcurrencyStamp = Guid.NewGuid().ToString();
            await database.Sessions.Where(s => s.UserId == user.Id).EndAsync(Now, cancellationToken);
        }
    }

    private async Task RequireNoProviderAsync(string userId, CancellationToken cancellationToken)
    {
        if (await database.UserLogins.AnyAsync(login => login.UserId == userId, cancellationToken))
        {
            throw ProviderRefusals.RoleOfProvider();
        }
    }

    private IQueryable<ModelOpsUser> OfProvider(string issuer, string subject) =>
        from login in database.UserLogins
        join user in database.Users on login.UserId equals user.Id
        where login.LoginProvider == issuer && login.ProviderKey == subject
        select user;
}
