using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests.Auth.Hospital;

/// <summary>The service with the hospital's sign-in beside local users.</summary>
public class HospitalFixture : ServiceFixture
{
    public HospitalFixture()
        : this(Provider.Sqlite)
    {
    }

    protected HospitalFixture(Provider provider)
        : base(provider)
    {
    }

    internal HospitalProvider Hospital { get; private set; } = null!;

    /// <summary>The settings of a service that uses this provider.</summary>
    internal static (string Key, string Value)[] SettingsFor(Uri authority) =>
    [
        ("ModelOps:Oidc:Authority", authority.ToString()),
        ("ModelOps:Oidc:ClientId", HospitalProvider.ClientId),
        ("ModelOps:Oidc:ClientSecret", HospitalProvider.ClientSecret),
        ("ModelOps:Oidc:Roles:ADMIN", "modelops-admins, it-department"),
        ("ModelOps:Oidc:Roles:CLINICIAN", "diabetologists"),
        ("ModelOps:Oidc:Roles:USER", "doctors"),
    ];

    public override async Task InitializeAsync()
    {
        Hospital = await HospitalProvider.StartAsync();
        foreach (var (key, value) in SettingsFor(Hospital.Address))
        {
            Settings[key] = value;
        }

        await base.InitializeAsync();
        await Hospital.RegisterAsync(ClientOptions.BaseAddress);
    }

    internal HospitalBrowser Browser(string language = "en") => new(ClientOptions.BaseAddress, language);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Hospital.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

public sealed class PostgreSqlHospitalFixture() : HospitalFixture(Provider.PostgreSql);
