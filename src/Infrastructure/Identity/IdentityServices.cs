using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Users;
using ModelOps.Infrastructure.Persistence;

namespace ModelOps.Infrastructure.Identity;

internal static class IdentityServices
{
    public static IServiceCollection AddModelOpsIdentity(
        this IServiceCollection services, IConfiguration configuration, InfrastructureSettings settings)
    {
        services.AddIdentityCore<ModelOpsUser>(options =>
        {
            // Only a minimum length is required. Length makes a password hard to guess; required symbols only make it hard to remember.
            options.Password.RequiredLength = UserLimits.MinPassword;
            options.Password.RequireDigit = false;
            options.Password.RequireLowercase = false;
            options.Password.RequireUppercase = false;
            options.Password.RequireNonAlphanumeric = false;

            // The user name is the e-mail address. The validator checks its characters.
            options.User.AllowedUserNameCharacters = "";
            options.User.RequireUniqueEmail = true;
        })
            .AddRoles<IdentityRole>()
            .AddEntityFrameworkStores<ModelOpsDbContext>();

        // The keys are stored in the database, so that tokens and cookies survive the loss of a machine and work on all replicas.
        services.AddDataProtection().SetApplicationName("ModelOps").PersistKeysToDbContext<ModelOpsDbContext>();
        services.AddScoped<StoredKeys>();
        if (KeyFile.From(new SettingReader(configuration)) is { } file)
        {
            services.AddSingleton(file);
            services.Configure<KeyManagementOptions>(keys => keys.XmlEncryptor = new KeyFileEncryptor(file));
        }

        services.AddSingleton(new SignInSettings(settings.SignInProvider));
        services.AddSingleton(AdministratorSettings.From(configuration));
        services.AddSingleton(Timing(new SettingReader(configuration)));
        services.AddSingleton<SessionCache>();
        services.AddSingleton<TokenCache>();
        services.AddSingleton<SignInHashes>();
        services.AddSingleton<LastUse>();
        services.AddSingleton<UncountedGuesses>();
        services.AddSingleton<IStandings, Standings>();
        services.AddScoped<IUserAccounts, UserAccounts>();
        services.AddScoped<IUserSessions, UserSessions>();
        services.AddScoped<IAccessTokens, AccessTokens>();
        services.AddScoped<AdministratorSeeder>();
        return settings.Serves ? services.AddHostedService<LastUseWriter>().AddHostedService<SessionRetention>() : services;
    }

    private static SessionTiming Timing(SettingReader reader) => new(
        Seconds(reader, "Timing:SessionCheckSeconds", SessionTiming.Default.Check),
        Seconds(reader, "Timing:SessionWatchSeconds", SessionTiming.Default.Watch),
        Seconds(reader, "Timing:LastUseSeconds", SessionTiming.Default.LastUse));

    private static TimeSpan Seconds(SettingReader reader, string key, TimeSpan defaultValue) =>
        TimeSpan.FromSeconds(reader.Positive(key, defaultValue.TotalSeconds));
}
