namespace ModelOps.Application.Abstractions;

/// <summary>The networks that can be trained, by the names that requests and versions use.</summary>
public interface ITrainableNetworks
{
    IReadOnlyList<string> Names { get; }

    /// <summary>The network that is trained when a request names none.</summary>
    string Default { get; }
}

/// <summary>Loads versions for comparisons.</summary>
public interface IVersionJudges
{
    /// <param name="rows">The version's own rows.</param>
    /// <exception cref="Domain.RefusalException"><c>artifact_corrupt</c></exception>
    Task<Domain.Evaluation.IJudge> LoadAsync(Domain.Versions.ModelVersion version, IRows rows, CancellationToken cancellationToken);
}
