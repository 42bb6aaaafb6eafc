using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Datasets;

namespace ModelOps.Application.Datasets;

/// <summary>What a saved mapping is for.</summary>
/// <param name="Headers">The headers of the file, as a preview answers them. The mapping is proposed for files with the same ones.</param>
public sealed record MappingInput(IReadOnlyList<string> Headers, CsvMapping Mapping);

/// <summary>Saves a mapping under a name. A mapping that has the name is replaced.</summary>
public sealed record SaveMapping(string Name, MappingInput Input) : IRequest<SavedMappingAnswer>;

internal sealed class SaveMappingValidator : AbstractValidator<SaveMapping>
{
    private const int MaxHeader = 1_000;

    public SaveMappingValidator()
    {
        RuleFor(r => r.Name).Must(SavedMapping.IsValidName)
            .WithMessage(_ => Texts.Say($"has 1 to {SavedMapping.MaxName} letters, digits, blanks, dots, underscores and hyphens, and doesn't start with a blank or a dot"));
        RuleFor(r => r.Input.Headers)
            .Must(h => h.Count is >= 1 and <= SavedMapping.MaxHeaders && h.All(x => x is { Length: <= MaxHeader }))
            .WithName("headers").OverridePropertyName("headers")
            .WithMessage(_ => Texts.Say($"must have 1 to {SavedMapping.MaxHeaders} headers of at most {MaxHeader} characters"));
    }
}

internal sealed class SaveMappingHandler(IModelOpsDbContext db, ICurrentUser user) : IRequestHandler<SaveMapping, SavedMappingAnswer>
{
    public async Task<SavedMappingAnswer> Handle(SaveMapping request, CancellationToken cancellationToken)
    {
        var (headers, mapping) = (request.Input.Headers, request.Input.Mapping);
        CsvMappingRules.Check(mapping);
        try
        {
            return await db.InTransactionAsync(cancel => SaveAsync(request.Name, headers, mapping, cancel), cancellationToken);
        }
        catch (DbUpdateException exception) when (db.IsUniqueViolation(exception))
        {
            // Another request has saved a mapping of this name at the same time. Now it is there and can be replaced.
            return await db.InTransactionAsync(cancel => SaveAsync(request.Name, headers, mapping, cancel), cancellationToken);
        }
    }

    private async Task<SavedMappingAnswer> SaveAsync(
        string name, IReadOnlyList<string> headers, CsvMapping mapping, CancellationToken cancellationToken)
    {
        var now = await db.UtcNowAsync(cancellationToken);
        var key = SavedMapping.KeyOf(name);
        var saved = await db.Mappings.SingleOrDefaultAsync(m => m.NameKey == key, cancellationToken);
        if (saved is not null)
        {
            saved.Replace(headers, mapping, user.Signature(), now);
        }
        else if (await db.Mappings.CountAsync(cancellationToken) >= SavedMapping.MaxSaved)
        {
            throw DatasetRefusals.TooManyMappings();
        }
        else
        {
            saved = SavedMapping.Create(name, headers, mapping, user.Signature(), now);
            db.Mappings.Add(saved);
        }

        await db.SaveChangesAsync(cancellationToken);
        return SavedMappingAnswer.Of(saved);
    }
}
