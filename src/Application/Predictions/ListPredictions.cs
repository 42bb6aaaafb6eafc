using System.Globalization;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Features;
using ModelOps.Domain.Predictions;
using ModelOps.Domain.Records;

namespace ModelOps.Application.Predictions;

/// <summary>Which predictions a list has. A member that is null doesn't filter.</summary>
public sealed record PredictionFilter
{
    public string? Version { get; init; }

    /// <summary>The predicted class, as a wire name.</summary>
    public string? Class { get; init; }

    /// <summary>Whether a diagnosis is recorded.</summary>
    public bool? Confirmed { get; init; }

    /// <summary>The hospital's whole reference. Only its keyed hash is compared.</summary>
    public string? Reference { get; init; }

    /// <summary>The earliest time of a prediction.</summary>
    public DateTime? From { get; init; }

    /// <summary>The time before which predictions were made.</summary>
    public DateTime? To { get; init; }

    /// <summary>Excludes the reference.</summary>
    public override string ToString() => nameof(PredictionFilter);
}

/// <summary>Lists predictions, the newest first, without the patients' values.</summary>
public sealed record ListPredictions(PageRequest Page, PredictionFilter Filter) : IRequest<PredictionList>;

/// <param name="Prediction">The predicted class.</param>
/// <param name="HasReference">Whether it was made with a reference of the hospital.</param>
/// <param name="Confirmed">The recorded diagnosis; null while it waits for one.</param>
public sealed record PredictionItem(
    Guid PredictionId,
    DateTime CreatedAt,
    string Version,
    DiabetesClass Prediction,
    ClassProbabilities Probabilities,
    bool HasReference,
    Confirmation? Confirmed);

/// <summary>The recorded diagnosis of a prediction.</summary>
/// <param name="Class">The diagnosis as it is now, after any correction.</param>
public sealed record Confirmation(DiabetesClass Class, LabelSource Source, DateTime At, string By);

public sealed record PredictionList(IReadOnlyList<PredictionItem> Predictions, string? NextCursor);

internal sealed class ListPredictionsValidator : AbstractValidator<ListPredictions>
{
    public ListPredictionsValidator()
    {
        RuleFor(r => r.Filter.Version).CouldBeAVersion().OverridePropertyName("Version").When(r => r.Filter.Version is not null);
        RuleFor(r => r.Filter.Class).Must(c => c is null || DiabetesClasses.TryParse(c, out _))
            .OverridePropertyName("Class").WithMessage(_ => Texts.Say($"must be N, P, Y, Negative, Prediabetes or Diabetes"));
        RuleFor(r => r.Filter.Reference).CouldBeAReference().OverridePropertyName("Reference");
    }
}

internal sealed class ListPredictionsHandler(IModelOpsDbContext db, PredictionReferences references)
    : IRequestHandler<ListPredictions, PredictionList>
{
    public async Task<PredictionList> Handle(ListPredictions request, CancellationToken cancellationToken)
    {
        var (filter, predictions) = (request.Filter, db.Predictions.AsNoTracking());
        if (!string.IsNullOrWhiteSpace(filter.Reference))
        {
            var token = await references.TokenOfAsync(filter.Reference, cancellationToken);
            predictions = predictions.Where(p => p.ReferenceToken != null && p.ReferenceToken == token);
        }

        if (filter.Version is { } version)
        {
            predictions = predictions.Where(p => p.Version == version);
        }

        if (filter.Class is { } name)
        {
            var wanted = DiabetesClasses.Parse(name);
            predictions = predictions.Where(p => p.Class == wanted);
        }

        predictions = filter.Confirmed switch
        {
            null => predictions,
            true => predictions.Where(p => p.ConfirmedClass != null),
            false => predictions.Where(p => p.ConfirmedClass == null),
        };

        // The ids ascend with the time, so the times are a range of the key, and so is the page.
        if (filter.From is { } from)
        {
            var first = PredictionIds.FirstAt(from);
            predictions = predictions.Where(p => p.Id >= first);
        }

        if (filter.To is { } to)
        {
            var end = PredictionIds.FirstAt(to);
            predictions = predictions.Where(p => p.Id < end);
        }

        if (request.Page.AfterText() is { } cursor)
        {
            var before = Guid.TryParseExact(cursor, "N", out var id) ? id : throw PageRequest.BadCursor();
            predictions = predictions.Where(p => p.Id < before);
        }

        // The page is cut on the ids, for which an index of the filtered column is enough. If rows were asked for, PostgreSQL would rather
        // read the table backwards, past all predictions of other versions.
        var ids = predictions.OrderByDescending(p => p.Id).Select(p => p.Id).Take(request.Page.Fetch);
        var found = await db.Predictions.AsNoTracking()
            .Where(p => ids.Contains(p.Id))
            .OrderByDescending(p => p.Id)
            .Select(p => new PredictionItem(
                p.Id,
                p.CreatedAt,
                p.Version,
                p.Class,
                new ClassProbabilities(p.Negative, p.Prediabetes, p.Diabetes),
                p.ReferenceToken != null,
                p.ConfirmedClass == null
                    ? null : new Confirmation(p.ConfirmedClass.Value, p.ConfirmedSource!.Value, p.ConfirmedAt!.Value, p.ConfirmedBy!)))
            .ToListAsync(cancellationToken);
        var page = request.Page.Cut(found, p => p.PredictionId.ToString("N", CultureInfo.InvariantCulture));
        return new PredictionList(page.Items, page.NextCursor);
    }
}
