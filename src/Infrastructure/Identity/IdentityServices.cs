using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Users;
using ModelOps.Infrastructure.Persistence;

namespace ModelOps.Infrastructure.Identity;

internal static class IdentityServices
{
    public static IServiceCollection AddModelOpsIdentity(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddIdentityCore<ModelOpsUser>(options =>
        {
            // Length is what makes a password hard to guess; forced symbols only make it hard to remember.
            options.Password.RequiredLength = UserLimits.MinPassword;
            options.Password.RequireDigit = false;
            options.Password.RequireLowercase = false;
            options.Password.RequireUppercase = false;
            options.Password.RequireNonAlphanumeric = false;

            // The user name is the e-mail, whose letters are checked by the validator.
            options.User.AllowedUserNameCharacters = "";
            options.User.RequireUniqueEmail = true;
        })
            .AddRoles<IdentityRole>()
            .AddEntityFrameworkStores<ModelOpsDbContext>();

        // With the database, so that tokens and cookies outlive the machine and replicas share them.
        services.AddDataProtection().SetApplicationName("ModelOps").PersistKeysToDbContext<ModelOpsDbContext>();

        services.AddSingleton(AdministratorSettings.From(configuration));
        services.AddSingleton<SessionCache>();
        services.AddScoped<IUserAccounts, UserAccounts>();
        services.AddScoped<AdministratorSeeder>();
        return services;
    }
}
