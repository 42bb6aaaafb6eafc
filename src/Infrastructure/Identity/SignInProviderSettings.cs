using Microsoft.Extensions.Configuration;
using ModelOps.Application.Users;

namespace ModelOps.Infrastructure.Identity;

/// <summary>Reads the settings of the hospital's own sign-in, <c>ModelOps__Oidc__…</c>.</summary>
internal static class SignInProviderSettings
{
    private const string Section = "ModelOps:Oidc";
    private const string DefaultScopes = "openid profile email";

    /// <returns>Null if no setting is given.</returns>
    /// <exception cref="StartupException">A setting is missing or has an invalid value.</exception>
    public static SignInProvider? From(IConfiguration configuration)
    {
        // A setting without the others ends the start. Otherwise a mistyped name of the authority would leave the sign-in out silently.
        var section = configuration.GetSection(Section);
        if (!section.AsEnumerable().Any(setting => !string.IsNullOrWhiteSpace(setting.Value)))
        {
            return null;
        }

        var reader = new SettingReader(configuration);
        return new SignInProvider
        {
            Name = reader.Text("Oidc:Name"),
            Authority = Authority(Required(reader, "Authority")),
            ClientId = Required(reader, "ClientId"),
            ClientSecret = reader.Untrimmed("Oidc:ClientSecret"),
            Scopes = [.. Words(reader.Text("Oidc:Scopes") ?? DefaultScopes, ' ').Prepend("openid").Distinct()],
            RoleClaim = reader.Text("Oidc:RoleClaim") ?? "roles",
            EmailClaim = reader.Text("Oidc:EmailClaim") ?? "email",
            Roles = Roles(section.GetSection("Roles")),
            Only = reader.Flag("Oidc:Only", false),
        };
    }

    private static string Required(SettingReader reader, string key) => reader.Text($"Oidc:{key}")
        ?? throw new StartupException($"ModelOps__Oidc__{key} is missing. The hospital's sign-in needs Authority, ClientId and a role.");

    /// <summary>Without TLS, anybody on the way could sign in as anybody. On this machine nobody is on the way.</summary>
    private static Uri Authority(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
        && uri is { Query: "", Fragment: "", UserInfo: "" }
            ? uri
            : throw new StartupException(
                "ModelOps__Oidc__Authority must be the provider's https address, such as https://login.hospital.example/realms/main.");

    private static Dictionary<string, IReadOnlySet<string>> Roles(IConfigurationSection section)
    {
        var roles = new Dictionary<string, IReadOnlySet<string>>();
        foreach (var setting in section.GetChildren())
        {
            var role = UserRoles.All.FirstOrDefault(name => name.Equals(setting.Key, StringComparison.OrdinalIgnoreCase))
                ?? throw new StartupException(
                    $"ModelOps__Oidc__Roles__{setting.Key} names no role. The roles are {string.Join(", ", UserRoles.All)}.");
            if (Values(setting) is { Count: > 0 } values)
            {
                roles[role] = values;
            }
        }

        return roles.Count > 0
            ? roles
            : throw new StartupException(
                $"ModelOps__Oidc__Roles__{UserRoles.Admin} and the other roles are missing, so the hospital's sign-in would let nobody in. "
                + "Give at least one role the claim's values that mean it.");
    }

    /// <summary>One text with commas, or a list (<c>…__ADMIN__0</c>) for values that contain commas, such as names in a directory.</summary>
    private static HashSet<string> Values(IConfigurationSection setting) =>
    [
        .. Words(setting.Value ?? "", ','),
        .. setting.GetChildren().Select(item => item.Value?.Trim()).OfType<string>().Where(value => value.Length > 0),
    ];

    private static string[] Words(string text, char separator) =>
        text.Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
