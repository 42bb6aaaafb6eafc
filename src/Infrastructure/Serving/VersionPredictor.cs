using ModelOps.Application.Abstractions;
using ModelOps.Application.Predictions;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Infrastructure.Networks;

namespace ModelOps.Infrastructure.Serving;

/// <summary>A version's predictor. It is verified on the version's golden rows before it answers requests.</summary>
internal sealed class VersionPredictor : IPredictor
{
    private VersionPredictor(string version, INetworkPredictor network, PlausibleSets? sets)
    {
        Version = version;
        Network = network;
        Sets = sets;
    }

    public string Version { get; }

    public INetworkPredictor Network { get; }

    public PlausibleSets? Sets { get; }

    /// <param name="architecture">The name of the version's network.</param>
    /// <exception cref="InvalidDataException">The files are not a valid network, or not the network that was trained.</exception>
    /// <exception cref="NotSupportedException">This build does not support the network.</exception>
    public static VersionPredictor Load(
        NetworkRegistry networks,
        string version,
        string architecture,
        IReadOnlyDictionary<string, byte[]> files,
        PlausibleSets? sets = null)
    {
        var network = networks.Get(architecture).Load(files);
        GoldenRows.Read(files.Require(GoldenRows.FileName)).Check(network);
        return new VersionPredictor(version, network, sets);
    }

    public double? Predict(PatientFeatures features, Span<double> probabilities) => Network.Predict(features, probabilities);
}
