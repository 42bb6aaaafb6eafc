using Microsoft.AspNetCore.Mvc;
using ModelOps.Application;
using ModelOps.Application.Versions;

namespace ModelOps.WebApi.Controllers;

/// <summary>The parameters of the list of versions.</summary>
public sealed record VersionQuery
{
    public int? Limit { get; init; }

    public string? Cursor { get; init; }

    /// <inheritdoc cref="VersionFilter.Q"/>
    public string? Q { get; init; }

    public string? Tag { get; init; }

    /// <inheritdoc cref="VersionFilter.Dataset"/>
    public string? Dataset { get; init; }

    [FromQuery(Name = "beats_baselines")]
    public bool? BeatsBaselines { get; init; }

    [FromQuery(Name = "in_service")]
    public bool? InService { get; init; }

    /// <summary><c>newest</c> (default), <c>oldest</c> or <c>macro_f1</c>, the highest first.</summary>
    public string? Sort { get; init; }

    /// <summary>Whether the answer has <c>total</c>, the number of versions that the filter finds.</summary>
    public bool? Count { get; init; }

    internal ListVersions ToRequest() => new(
        new PageRequest(Limit, Cursor),
        new VersionFilter { Q = Q, Tag = Tag, Dataset = Dataset, BeatsBaselines = BeatsBaselines, InService = InService },
        Sort switch
        {
            null or "newest" => VersionOrder.Newest,
            "oldest" => VersionOrder.Oldest,
            "macro_f1" => VersionOrder.MacroF1,
            _ => throw InvalidRequest.Refusal("sort", Texts.Say($"must be newest, oldest or macro_f1")),
        },
        Count ?? false);
}
