using System.Globalization;
using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Predictions;
using ModelOps.Application.Training;
using ModelOps.Domain.Data;
using ModelOps.Domain.Features;
using ModelOps.Domain.Records;

namespace ModelOps.Application.Records;

/// <summary>A patient's inputs with the confirmed diagnosis.</summary>
public sealed record RecordInput : PatientInput
{
    [JsonPropertyName(ColumnNames.Class)]
    public required string Class { get; init; }

    /// <summary>The hospital's own reference to the patient. Only a keyed hash of it is kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PatientRef { get; init; }

    internal LabelledExample ToExample() => new(ToFeatures(), DiabetesClasses.Parse(Class));
}

/// <summary>Adds labelled records in one transaction.</summary>
public sealed record AddRecords(IReadOnlyList<RecordInput> Records, string? IdempotencyKey) : IRequest<RecordsAdded>;

/// <param name="AlreadyKnown">Those that were among the records before, by inputs and class.</param>
public sealed record RecordsAdded(int Created, int AlreadyKnown);

internal sealed class RecordInputValidator : AbstractValidator<RecordInput>
{
    public RecordInputValidator()
    {
        RuleFor(r => r).Custom((input, context) => context.Report(input));
        RuleFor(r => r.Class).Must(c => c is not null && DiabetesClasses.TryParse(c, out _))
            .WithMessage(_ => Texts.Say(FeatureSchema.Current.Label.Outside));
        RuleFor(r => r.PatientRef).MaximumLength(PatientToken.MaxReference)
            .WithMessage(_ => Texts.Say($"must have at most {PatientToken.MaxReference} characters"));
    }
}

internal sealed class AddRecordsValidator : AbstractValidator<AddRecords>
{
    public AddRecordsValidator()
    {
        RuleFor(r => r.Records).Must(r => r.Count is >= 1 and <= LabelledRecord.MaxPerRequest)
            .WithMessage(_ => Texts.Say($"must have 1 to {LabelledRecord.MaxPerRequest} records"));
        RuleForEach(r => r.Records).NotNull().WithMessage(_ => Texts.Say($"must be an object")).SetValidator(new RecordInputValidator())
            .When(r => r.Records.Count <= LabelledRecord.MaxPerRequest);
        RuleFor(r => r.IdempotencyKey).IdempotencyKey();
    }
}

internal sealed class AddRecordsHandler(IModelOpsDbContext db, ICurrentUser user) : IRequestHandler<AddRecords, RecordsAdded>
{
    public async Task<RecordsAdded> Handle(AddRecords request, CancellationToken cancellationToken)
    {
        var key = await db.SplitKeyAsync(cancellationToken);
        var (answer, _) = await db.OnceAsync(
            user.Signature(),
            "records",
            request.IdempotencyKey,
            request.Records.Select(r => WithoutReference(r, key)).ToList(),
            async cancel =>
            {
                LabelledExample[] rows = [.. request.Records.Select(r => r.ToExample())];
                var known = await db.FindKnownAsync(rows, cancel);
                var now = await db.UtcNowAsync(cancel);
                db.StoredRecords.AddRange(request.Records.Zip(rows, (record, row) => LabelledRecord.Create(
                    row, LabelSource.Registered, user.Signature(), now, patient: key.TokenOf(record.PatientRef))));
                return new RecordsAdded(rows.Length, known.Count(isKnown => isKnown));
            },
            cancellationToken);
        return answer;
    }

    /// <summary>The record as it is fingerprinted: a fingerprint is kept, so it must not be a plain hash of a reference.</summary>
    private static RecordInput WithoutReference(RecordInput record, SplitKey key) =>
        key.TokenOf(record.PatientRef) is { IsKnown: true } token
            ? record with { PatientRef = token.Value.ToString("x16", CultureInfo.InvariantCulture) }
            : record;
}
