using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Versions;

/// <summary>The body of a change of a version's note and tags. A member that is null or absent stays as it is.</summary>
public sealed record VersionDescription
{
    /// <summary>An empty text removes the note.</summary>
    public string? Note { get; init; }

    /// <summary>All tags of the version, in place of the present ones.</summary>
    public IReadOnlyList<string>? Tags { get; init; }
}

/// <summary>Changes the note and the tags of a version. The version itself never changes.</summary>
public sealed record DescribeVersion(string Version, VersionDescription Description) : IRequest<DescribedVersion>;

public sealed record DescribedVersion(string Version, long Number, string? Note, IReadOnlyList<string> Tags);

internal sealed class DescribeVersionValidator : AbstractValidator<DescribeVersion>
{
    public DescribeVersionValidator()
    {
        RuleFor(r => r.Version).CouldBeAVersion();
        RuleFor(r => r.Description.Note)
            .Must(note => note is null || (note.Length <= VersionListing.MaxNote && !note.Any(c => char.IsControl(c) && c is not '\n')))
            .OverridePropertyName("Note")
            .WithMessage(_ => Texts.Say($"must have at most {VersionListing.MaxNote} characters and no control characters"));
        RuleFor(r => r.Description.Tags)
            .Must(tags => tags is null || tags.Count <= VersionListing.MaxTags)
            .OverridePropertyName("Tags")
            .WithMessage(_ => Texts.Say($"must have at most {VersionListing.MaxTags} tags"));
        RuleForEach(r => r.Description.Tags).Must(VersionListing.IsTag).OverridePropertyName("Tags")
            .WithMessage(_ => NoTag()).When(r => r.Description.Tags is { Count: <= VersionListing.MaxTags });
    }

    public static string NoTag() =>
        Texts.Say($"is not a tag: 1 to {VersionListing.MaxTag} letters, digits, blanks, dots, hyphens, underscores or colons");
}

internal sealed class DescribeVersionHandler(IModelOpsDbContext db) : IRequestHandler<DescribeVersion, DescribedVersion>
{
    public async Task<DescribedVersion> Handle(DescribeVersion request, CancellationToken cancellationToken)
    {
        var listing = await db.VersionListings.Include(l => l.Version)
            .SingleOrDefaultAsync(l => l.Version.Name == request.Version, cancellationToken)
            ?? throw VersionRefusals.VersionNotFound();
        if (request.Description.Note is { } note)
        {
            listing.Describe(note);
        }

        if (request.Description.Tags is { } tags)
        {
            listing.Tag(tags);
        }

        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Deleted meanwhile.
            throw VersionRefusals.VersionNotFound();
        }

        return new DescribedVersion(listing.Version.Name, listing.Number, listing.Note, listing.Tags);
    }
}
