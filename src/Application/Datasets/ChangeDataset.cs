using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Datasets;

namespace ModelOps.Application.Datasets;

/// <summary>The changes to a dataset. An omitted member stays unchanged; an empty description removes it.</summary>
public sealed record DatasetChange(string? Filename = null, string? Description = null);

/// <summary>
/// Renames or describes a dataset. Jobs that wait for it or train on it find it under its new name; they and their versions keep the name
/// under which it was chosen.
/// </summary>
public sealed record ChangeDataset(string Name, string? Filename, string? Description) : IRequest<DatasetAnswer>;

internal sealed class ChangeDatasetValidator : AbstractValidator<ChangeDataset>
{
    public ChangeDatasetValidator()
    {
        RuleFor(r => r.Filename).NotNull().When(r => r.Description is null)
            .WithMessage(_ => Texts.Say($"is required unless description is given."));
        RuleFor(r => r.Description).Must(text => text is null || text.Length <= Dataset.MaxDescription)
            .WithMessage(_ => Texts.Say($"must have at most {Dataset.MaxDescription} characters"))
            .Must(text => text is null || text.All(c => c is '\n' or '\r' || !char.IsControl(c)))
            .WithMessage(_ => Texts.Say($"must not hold control characters."));
    }
}

internal sealed class ChangeDatasetHandler(IModelOpsDbContext db, DatasetProfiles profiles, ICurrentUser user)
    : IRequestHandler<ChangeDataset, DatasetAnswer>
{
    public async Task<DatasetAnswer> Handle(ChangeDataset request, CancellationToken cancellationToken)
    {
        var dataset = await db.FindDatasetAsync(request.Name, cancellationToken);
        await profiles.CompleteAsync(dataset, cancellationToken);
        if (request.Filename is { } name)
        {
            dataset.Rename(name);
        }

        if (request.Description is { } description)
        {
            dataset.Describe(description);
        }

        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            throw DatasetRefusals.NotFound(request.Name);
        }
        catch (DbUpdateException exception) when (db.IsUniqueViolation(exception))
        {
            throw DatasetRefusals.Exists(dataset.Name);
        }

        return DatasetAnswer.Of(dataset, user);
    }
}
