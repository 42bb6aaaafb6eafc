using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using ModelOps.Application.Users;

namespace ModelOps.WebApi.Auth;

/// <summary>The provider's endpoints and keys, which the framework reads when they are needed first and caches for hours.</summary>
internal sealed partial class ProviderMetadata(IOptionsMonitor<OpenIdConnectOptions> options, ILogger<ProviderMetadata> logger)
{
    /// <summary>How long a sign-in waits for one answer of the provider.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How long the metadata isn't read again after it was read, or after the provider wasn't reached.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>How long a page waits for the metadata that it can do without.</summary>
    private static readonly TimeSpan ShortPatience = TimeSpan.FromSeconds(1);

    /// <exception cref="Domain.RefusalException">The provider can't be reached.</exception>
    public Task<OpenIdConnectConfiguration> ReadAsync(CancellationToken cancellationToken) => ReadAsync(Patience, cancellationToken);

    /// <summary>Whether the provider has a page that ends its own session. False while it can't be reached.</summary>
    public async Task<bool> CanSignOutAsync(CancellationToken cancellationToken)
    {
        try
        {
            return !string.IsNullOrEmpty((await ReadAsync(ShortPatience, cancellationToken)).EndSessionEndpoint);
        }
        catch (Domain.RefusalException)
        {
            return false;
        }
    }

    private async Task<OpenIdConnectConfiguration> ReadAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            // While one request reads the metadata, the others wait for it. Each waits no longer than this.
            return await options.Get(Schemes.Provider).ConfigurationManager!.GetConfigurationAsync(cancellationToken)
                .WaitAsync(patience, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnavailable(exception.GetType().Name);
            throw ProviderRefusals.Unavailable();
        }
    }

    [LoggerMessage(LogLevel.Warning, "The metadata of the hospital's sign-in could not be read: {Reason}")]
    private partial void LogUnavailable(string reason);
}
