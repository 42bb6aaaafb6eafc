using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Abstractions;

/// <summary>A version loaded for prediction. Immutable and thread-safe; uses no file and no native library.</summary>
public interface IPredictor
{
    string Version { get; }

    /// <summary>
    /// The minimum probability at which each class is plausible; null for versions measured before these thresholds existed.
    /// </summary>
    PlausibleSets? Sets { get; }

    /// <summary>Writes the probabilities of the classes (length 3, sum 1, in the order of <see cref="DiabetesClass"/>).</summary>
    /// <returns>
    /// Share 0..1 of the network's members that predict the same class as the whole network; null for a network without members.
    /// </returns>
    double? Predict(PatientFeatures features, Span<double> probabilities);
}

/// <summary>The version in service. A request reads this reference once.</summary>
public interface IServingModel
{
    /// <summary>Null while no version is active or the active version can't be loaded.</summary>
    IPredictor? Current { get; }

    /// <summary>Why the active version can't be loaded; null if there is no problem.</summary>
    string? Problem { get; }

    /// <summary>Reads and verifies a version's files, builds its predictor and checks the predictor on the golden rows.</summary>
    /// <exception cref="Domain.RefusalException"><c>artifact_corrupt</c></exception>
    Task<IPredictor> LoadAsync(ModelVersion version, CancellationToken cancellationToken);

    /// <summary>Puts a loaded version in service, unless a later activation is already in service.</summary>
    void Publish(IPredictor predictor, long activationNumber);
}
