using ModelOps.Application.Predictions;
using ModelOps.Domain;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Abstractions;

/// <summary>A version ready to answer: immutable, safe to use from many threads, without any file or native library.</summary>
public interface IPredictor
{
    string Version { get; }

    /// <summary>From which probabilities on a class is plausible; null for a version that was measured before this was.</summary>
    PlausibleSets? Sets { get; }

    /// <summary>Writes the probabilities of the classes (length 3, sum 1, in the order of <see cref="DiabetesClass"/>).</summary>
    /// <returns>The share 0..1 of the network's members whose own class is the answer's; null for a network without members.</returns>
    double? Predict(PatientFeatures features, Span<double> probabilities);
}

/// <summary>The version in service, as one reference that requests read once.</summary>
public interface IServingModel
{
    /// <summary>Null while no version is active, or while the active one can't be loaded.</summary>
    IPredictor? Current { get; }

    /// <summary>Why the active version isn't loaded; null when all is well.</summary>
    string? Problem { get; }

    /// <summary>Reads and checks a version's files, builds its predictor and checks it on the golden rows.</summary>
    /// <exception cref="Domain.RefusalException"><c>artifact_corrupt</c></exception>
    Task<IPredictor> LoadAsync(ModelVersion version, CancellationToken cancellationToken);

    /// <summary>Puts a loaded version in service, unless a later activation already did.</summary>
    void Publish(IPredictor predictor, long activationNumber);
}
