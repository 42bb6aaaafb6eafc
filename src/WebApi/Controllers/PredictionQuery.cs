using ModelOps.Application;
using ModelOps.Application.Predictions;

namespace ModelOps.WebApi.Controllers;

/// <summary>The parameters of the list of predictions.</summary>
public sealed record PredictionQuery
{
    public int? Limit { get; init; }

    public string? Cursor { get; init; }

    public string? Version { get; init; }

    /// <inheritdoc cref="PredictionFilter.Class"/>
    public string? Class { get; init; }

    /// <inheritdoc cref="PredictionFilter.Confirmed"/>
    public bool? Confirmed { get; init; }

    /// <inheritdoc cref="PredictionFilter.Reference"/>
    public string? Reference { get; init; }

    /// <inheritdoc cref="PredictionFilter.From"/>
    public DateTime? From { get; init; }

    /// <inheritdoc cref="PredictionFilter.To"/>
    public DateTime? To { get; init; }

    /// <summary>Excludes the reference, because the framework's trace log prints the arguments of actions.</summary>
    public override string ToString() => nameof(PredictionQuery);

    internal ListPredictions ToRequest() => new(
        new PageRequest(Limit, Cursor),
        new PredictionFilter { Version = Version, Class = Class, Confirmed = Confirmed, Reference = Reference, From = From, To = To });
}
