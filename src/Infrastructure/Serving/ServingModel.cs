using System.Text.Json;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Features;
using ModelOps.Domain.Versions;
using ModelOps.Infrastructure.FaultInjection;
using ModelOps.Infrastructure.Networks;

namespace ModelOps.Infrastructure.Serving;

/// <summary>
/// The active version as an immutable snapshot. Each request reads the reference to it once, so that its answer comes from one version.
/// </summary>
internal sealed partial class ServingModel(IArtifactStore artifacts, NetworkRegistry networks, ILogger<ServingModel> logger) : IServingModel
{
    private readonly Lock _publishing = new();
    private Loaded? _loaded;
    private string? _problem;

    public IPredictor? Current => Volatile.Read(ref _loaded)?.Predictor;

    public string? Problem => Volatile.Read(ref _problem);

    /// <summary>The number of the loaded activation; 0 when no version is loaded.</summary>
    public long ActivationNumber => Volatile.Read(ref _loaded)?.ActivationNumber ?? 0;

    public async Task<IPredictor> LoadAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _loaded)?.Predictor is { } loaded && loaded.Version == version.Name)
        {
            // The files are read even if the version is loaded, because an activation guarantees that the files on disk are intact.
            await artifacts.ReadVerifiedAsync(version.Name, version.Files, cancellationToken);
            return loaded;
        }

        var files = await artifacts.ReadVerifiedAsync(version.Name, version.Files, cancellationToken);
        try
        {
            // A version of a later release may have other columns than those of a request.
            _ = FeatureSchema.Get(version.Specification.Schema);
            return VersionPredictor.Load(
                networks, version.Name, version.Specification.Architecture, files, version.Summary.Evaluation.Sets);
        }
        catch (Exception exception) when (exception is InvalidDataException or JsonException or KeyNotFoundException
            or NotSupportedException)
        {
            LogUnusable(exception, version.Name);
            throw VersionRefusals.ArtifactCorrupt(version.Name, exception);
        }
    }

    public void Publish(IPredictor predictor, long activationNumber)
    {
        FaultPoints.Hit("serving.publish", activationNumber);
        lock (_publishing)
        {
            if (activationNumber > ActivationNumber)
            {
                Volatile.Write(ref _loaded, new Loaded(predictor, activationNumber));
                Volatile.Write(ref _problem, null);
            }
        }
    }

    public void Report(string? problem)
    {
        lock (_publishing)
        {
            Volatile.Write(ref _problem, problem);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The files of {Version} have the right hashes but can't be used")]
    private partial void LogUnusable(Exception exception, string version);

    private sealed record Loaded(IPredictor Predictor, long ActivationNumber);
}
