using ModelOps.Application.Abstractions;
using ModelOps.Infrastructure.Networks.CrossfitPle;
using ModelOps.Infrastructure.Networks.MlpBn;

namespace ModelOps.Infrastructure.Networks;

/// <summary>The networks that this build can train and serve, by name.</summary>
internal sealed class NetworkRegistry(IEnumerable<INetwork> networks) : ITrainableNetworks
{
    private readonly Dictionary<string, INetwork> _networks = networks.ToDictionary(network => network.Name, StringComparer.Ordinal);

    /// <summary>The registered networks. This is the only line outside a network's folder that names it.</summary>
    public static NetworkRegistry BuiltIn { get; } = new([new CrossfitPleNetwork(), new MlpBnNetwork()]);

    public IReadOnlyCollection<INetwork> Networks => _networks.Values;

    public IReadOnlyList<string> Names => [.. _networks.Keys];

    /// <summary>The name of the default network, which is registered first.</summary>
    public string Default => _networks.Keys.First();

    /// <exception cref="NotSupportedException">This build does not support the network.</exception>
    public INetwork Get(string name) =>
        Find(name) ?? throw new NotSupportedException($"The network {name} is unknown to this build.");

    public INetwork? Find(string name) => _networks.GetValueOrDefault(name);
}
