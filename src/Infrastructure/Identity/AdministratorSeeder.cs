using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Users;
using ModelOps.Application.Users.Passwords;
using ModelOps.Infrastructure.Persistence;

namespace ModelOps.Infrastructure.Identity;

/// <summary>The settings of the first administrator.</summary>
/// <param name="Password">The password; if null, a password is generated and printed once.</param>
internal sealed record AdministratorSettings(string Email, string? Password)
{
    public static AdministratorSettings From(IConfiguration configuration)
    {
        var reader = new SettingReader(configuration);
        return new AdministratorSettings(reader.Text("Admin:Email") ?? "admin@localhost", reader.Untrimmed("Admin:Password"));
    }
}

/// <summary>Creates the roles and, if there is no administrator yet, the first administrator. Runs after the migrations.</summary>
internal sealed class AdministratorSeeder(
    ModelOpsDbContext database,
    IUserAccounts accounts,
    AdministratorSettings settings,
    IHostEnvironment environment,
    ILogger<AdministratorSeeder> logger)
{
    public async Task SeedAsync(CancellationToken cancellationToken)
    {
        await AddRolesAsync(cancellationToken);
        if (await AdministratorExistsAsync(cancellationToken))
        {
            return;
        }

        var (email, given) = (settings.Email, settings.Password);
        var password = string.IsNullOrEmpty(given) ? UserAccounts.GeneratePassword() : given;
        if (Weakness(email, password) is { } weakness)
        {
            throw new StartupException(
                $"The first administrator's password (ModelOps__Admin__Password) {weakness} " +
                "Choose another one, or leave the setting out: a strong one is then generated and printed.");
        }

        try
        {
            await accounts.CreateAsync(email, password, UserRoles.Admin, cancellationToken);
        }
        catch (Domain.RefusalException refusal) when (refusal.Code == UserRefusals.UserExists().Code)
        {
            // Another process that started at the same time created the administrator first. That process prints its password.
            database.DiscardChanges();
            if (await AdministratorExistsAsync(cancellationToken))
            {
                return;
            }

            throw new StartupException("The first administrator's e-mail (ModelOps__Admin__Email) belongs to a user who isn't ADMIN.", refusal);
        }

        logger.LogInformation("The first administrator was created.");
        if (string.IsNullOrEmpty(given))
        {
            await PrintAsync(email, password);
        }
    }

    private string? Weakness(string email, string password)
    {
        if (password.Length < UserLimits.MinPassword)
        {
            return $"has fewer than {UserLimits.MinPassword} characters.";
        }

        // Outside the Production environment, any password of the required length is allowed, for tests.
        return environment.IsProduction() && PasswordRules.ProblemOf(password, email) is { } problem
            ? problem.ToString(CultureInfo.InvariantCulture)
            : null;
    }

    /// <summary>Prints the password to the console and not to the log, because logs are stored, copied and searched.</summary>
    private static Task PrintAsync(string email, string password) => Console.Out.WriteLineAsync(
        $"""

        ------------------------------------------------------------
          First administrator of this installation
            e-mail:   {email}
            password: {password}
          It is shown this once. Sign in and keep it in a safe place.
        ------------------------------------------------------------

        """);

    private Task<bool> AdministratorExistsAsync(CancellationToken cancellationToken) => (
        from membership in database.UserRoles
        join role in database.Roles on membership.RoleId equals role.Id
        where role.NormalizedName == UserRoles.Admin
        select membership).AnyAsync(cancellationToken);

    private async Task AddRolesAsync(CancellationToken cancellationToken)
    {
        foreach (var name in UserRoles.All)
        {
            if (await database.Roles.AnyAsync(r => r.NormalizedName == name, cancellationToken))
            {
                continue;
            }

            database.Roles.Add(new IdentityRole(name) { NormalizedName = name });
            try
            {
                await database.SaveChangesAsync(cancellationToken);
            }
            catch (DbUpdateException e) when (database.IsUniqueViolation(e))
            {
                database.DiscardChanges();
            }
        }
    }
}
