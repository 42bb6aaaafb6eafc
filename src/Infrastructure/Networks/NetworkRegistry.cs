using ModelOps.Application.Abstractions;
using ModelOps.Infrastructure.Networks.CrossfitPle;
using ModelOps.Infrastructure.Networks.MlpBn;

namespace ModelOps.Infrastructure.Networks;

/// <summary>The networks that this build can train and serve, by name.</summary>
internal sealed class NetworkRegistry(IEnumerable<INetwork> networks) : ITrainableNetworks
{
    private readonly Dictionary<string, INetwork> _networks = networks.ToDictionary(network => network.Name, StringComparer.Ordinal);

    /// <summary>A network is registered here: this is the only line outside its folder that names it.</summary>
    public static NetworkRegistry BuiltIn { get; } = new([new CrossfitPleNetwork(), new MlpBnNetwork()]);

    public IReadOnlyCollection<INetwork> Networks => _networks.Values;

    public IReadOnlyList<string> Names => [.. _networks.Keys];

    /// <summary>The first network that is registered.</summary>
    public string Default => _networks.Keys.First();

    /// <exception cref="NotSupportedException">This build doesn't know the network.</exception>
    public INetwork Get(string name) =>
        Find(name) ?? throw new NotSupportedException($"The network {name} is unknown to this build.");

    public INetwork? Find(string name) => _networks.GetValueOrDefault(name);
}
