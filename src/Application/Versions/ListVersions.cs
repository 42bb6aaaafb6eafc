using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Versions;

public enum VersionOrder
{
    Newest,
    Oldest,

    /// <summary>The highest macro F1 first.</summary>
    MacroF1,
}

/// <summary>Which versions a list has. A member that is null doesn't filter.</summary>
public sealed record VersionFilter
{
    public const int MaxQuery = 100;

    public static VersionFilter None { get; } = new();

    /// <summary>
    /// A text that the number, name, dataset, note or a tag contains, in any letter case. A number alone finds the version of this number,
    /// too; with <c>version</c> or <c>#</c> before it, that version only.
    /// </summary>
    public string? Q { get; init; }

    public string? Tag { get; init; }

    /// <summary>The name of the dataset that the version was trained on, alone or together with the database's records.</summary>
    public string? Dataset { get; init; }

    public bool? BeatsBaselines { get; init; }

    public bool? InService { get; init; }
}

/// <param name="Counts">Whether the answer has the number of versions that the filter finds.</param>
public sealed record ListVersions(
    PageRequest Page, VersionFilter? Filter = null, VersionOrder Order = VersionOrder.Newest, bool Counts = false) : IRequest<VersionList>;

/// <param name="Total">The number of versions that the filter finds; left out unless the request asks for it.</param>
public sealed record VersionList(
    IReadOnlyList<VersionListItem> Models,
    string? ActiveModel,
    string? NextCursor,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Total = null);

internal sealed class ListVersionsValidator : AbstractValidator<ListVersions>
{
    public ListVersionsValidator()
    {
        RuleFor(r => r.Filter!.Q).Must(q => q is null || (q.Length <= VersionFilter.MaxQuery && !q.Any(char.IsControl)))
            .OverridePropertyName("Q").When(r => r.Filter is not null)
            .WithMessage(_ => Texts.Say($"must have at most {VersionFilter.MaxQuery} characters"));
        RuleFor(r => r.Filter!.Tag).Must(tag => tag is null || VersionListing.IsTag(tag))
            .OverridePropertyName("Tag").When(r => r.Filter is not null)
            .WithMessage(_ => DescribeVersionValidator.NoTag());
        RuleFor(r => r.Filter!.Dataset).Must(name => name is null || Domain.Datasets.Dataset.IsValidName(name))
            .OverridePropertyName("Dataset").When(r => r.Filter is not null)
            .WithMessage(_ => Texts.Say($"is not a dataset's name: letters, digits, dot, underscore and hyphen, ending in .csv"));
    }
}

internal sealed class ListVersionsHandler(IModelOpsDbContext db) : IRequestHandler<ListVersions, VersionList>
{
    public async Task<VersionList> Handle(ListVersions request, CancellationToken cancellationToken)
    {
        var active = await db.ActiveModels.AsNoTracking()
            .Select(a => new { a.VersionId, a.Version.Name }).SingleOrDefaultAsync(cancellationToken);
        var filtered = db.VersionListings.AsNoTracking().Where(request.Filter ?? VersionFilter.None, active?.VersionId);

        // The page is cut on the narrow table first; then only its versions are read.
        var found = await Cut(filtered, request)
            .Select(l => new
            {
                l.VersionId,
                l.MacroF1,
                Item = new VersionListItem(
                    l.Version.Name,
                    l.Version.CreatedAt,
                    l.Version.Metrics,
                    active != null && l.VersionId == active.VersionId,
                    l.Version.TrainingSamples,
                    l.Version.TrainingTime,
                    l.Version.JobId,
                    l.Number,
                    l.Note,
                    l.Tags,
                    l.Dataset,
                    l.BeatsBaselines,
                    new MissedDiabetes(l.DiabetesMissed, l.DiabetesMissedAsNegative, l.DiabetesRows)),
            })
            .ToListAsync(cancellationToken);
        var page = request.Page.Cut(
            found,
            v => request.Order == VersionOrder.MacroF1
                ? string.Create(CultureInfo.InvariantCulture, $"{v.MacroF1:R} {v.VersionId}")
                : v.VersionId.ToString(CultureInfo.InvariantCulture));
        return new VersionList(
            [.. page.Items.Select(v => v.Item)],
            active?.Name,
            page.NextCursor,
            request.Counts ? await filtered.CountAsync(cancellationToken) : null);
    }

    private static IQueryable<VersionListing> Cut(IQueryable<VersionListing> filtered, ListVersions request)
    {
        switch (request.Order)
        {
            case VersionOrder.MacroF1:
                if (request.Page.AfterText() is { } cursor)
                {
                    var (mark, before) = Read(cursor);

                    // The first condition is the index's range; PostgreSQL makes no range of the second.
                    filtered = filtered.Where(l => l.MacroF1 <= mark && (l.MacroF1 < mark || l.VersionId < before));
                }

                return filtered.OrderByDescending(l => l.MacroF1).ThenByDescending(l => l.VersionId).Take(request.Page.Fetch);
            case VersionOrder.Oldest:
                var after = request.Page.AfterNumber() ?? 0;
                return filtered.Where(l => l.VersionId > after).OrderBy(l => l.VersionId).Take(request.Page.Fetch);
            default:
                var last = request.Page.AfterNumber() ?? long.MaxValue;
                return filtered.Where(l => l.VersionId < last).OrderByDescending(l => l.VersionId).Take(request.Page.Fetch);
        }
    }

    private static (double Mark, long Id) Read(string cursor) =>
        cursor.Split(' ') is [var mark, var id]
        && double.TryParse(mark, NumberStyles.Float, CultureInfo.InvariantCulture, out var f1)
        && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var key)
            ? (f1, key) : throw PageRequest.BadCursor();
}

internal static partial class VersionFilterQueries
{
    /// <param name="active">The id of the version in service; null if there is none.</param>
    public static IQueryable<VersionListing> Where(this IQueryable<VersionListing> listings, VersionFilter filter, long? active)
    {
        if (filter.Q?.Trim().ToLowerInvariant() is { Length: > 0 } text)
        {
            var named = NumberOfVersion().Match(text);
            var number = long.TryParse(named.Success ? named.Groups[1].Value : text, CultureInfo.InvariantCulture, out var parsed)
                ? parsed : 0;
            listings = named.Success
                ? listings.Where(l => l.Number == number)
                : listings.Where(l => l.SearchText.Contains(text) || l.Number == number);
        }

        if (filter.Tag is { } tag)
        {
            var enclosed = VersionListing.TagSeparator + VersionListing.Normalize(tag) + VersionListing.TagSeparator;

            // The first condition is that of the index of the versions that have tags.
            listings = listings.Where(l => l.TagText != "" && l.TagText.Contains(enclosed));
        }

        if (filter.Dataset is { } dataset)
        {
            listings = listings.Where(l => l.Dataset == dataset);
        }

        if (filter.BeatsBaselines is { } beats)
        {
            listings = listings.Where(l => l.BeatsBaselines == beats);
        }

        return filter.InService switch
        {
            null => listings,
            true => listings.Where(l => l.VersionId == active),
            false => listings.Where(l => active == null || l.VersionId != active),
        };
    }

    [GeneratedRegex(@"^(?:#|version|versión|v\.)\s*([0-9]{1,15})\z", RegexOptions.CultureInvariant)]
    private static partial Regex NumberOfVersion();
}
