namespace ModelOps.Infrastructure.Networks;

/// <summary>The networks that this build can train and serve, by name.</summary>
internal sealed class NetworkRegistry(IEnumerable<INetwork> networks)
{
    private readonly Dictionary<string, INetwork> _networks = networks.ToDictionary(network => network.Name, StringComparer.Ordinal);

    /// <exception cref="NotSupportedException">This build doesn't know the network.</exception>
    public INetwork Get(string name) =>
        Find(name) ?? throw new NotSupportedException($"The network {name} is unknown to this build.");

    public INetwork? Find(string name) => _networks.GetValueOrDefault(name);
}
