using ModelOps.Application.Abstractions;
using ModelOps.Application.Predictions;
using ModelOps.Domain.Features;
using ModelOps.Domain.Versions;
using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Networks.MlpBn;

namespace ModelOps.Infrastructure.Serving;

/// <summary>A version's predictor, built by the architecture that the version names, checked on its golden rows before it may answer.</summary>
internal sealed class VersionPredictor : IPredictor
{
    private readonly MlpPredictor _network;

    private VersionPredictor(string version, MlpPredictor network)
    {
        Version = version;
        _network = network;
    }

    public string Version { get; }

    /// <exception cref="InvalidDataException">The files don't make a network, or not the one that was trained.</exception>
    /// <exception cref="NotSupportedException">The architecture is none that this build can serve.</exception>
    public static VersionPredictor Load(string version, string architecture, IReadOnlyDictionary<string, byte[]> files)
    {
        if (architecture != Architectures.MlpBatchNorm)
        {
            throw new NotSupportedException($"The architecture {architecture} can't be served by this build.");
        }

        var network = MlpPredictor.Load(Take(files, MlpPredictor.FileName), ScalerFile.Read(Take(files, ScalerFile.Name)));
        GoldenRows.Read(Take(files, GoldenRows.FileName)).Check(network.Predict);
        return new VersionPredictor(version, network);
    }

    private static byte[] Take(IReadOnlyDictionary<string, byte[]> files, string name) =>
        files.TryGetValue(name, out var content) ? content : throw new InvalidDataException($"The version has no {name}.");

    public void Predict(PatientFeatures features, Span<double> probabilities) => _network.Predict(features, probabilities);
}
