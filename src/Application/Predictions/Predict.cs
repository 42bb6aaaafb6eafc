using System.Globalization;
using System.Text.Json.Serialization;
using FluentValidation;
using FluentValidation.Results;
using MediatR;
using ModelOps.Application.Abstractions;
using ModelOps.Domain;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Domain.Predictions;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Predictions;

/// <summary>One patient's inputs as the contract names them.</summary>
public record PatientInput
{
    [JsonPropertyName(ColumnNames.HbA1c)]
    public required double HbA1c { get; init; }

    [JsonPropertyName(ColumnNames.Age)]
    public required double Age { get; init; }

    [JsonPropertyName(ColumnNames.Bmi)]
    public required double Bmi { get; init; }

    [JsonPropertyName(ColumnNames.Gender)]
    public required string Gender { get; init; }

    /// <summary>Call only after validation.</summary>
    internal PatientFeatures ToFeatures() => new(HbA1c, Age, Bmi, Genders.Parse(Gender));

    /// <summary>
    /// Excludes the patient's values: a record's default ToString prints all members, and the framework's trace log prints it.
    /// </summary>
    public sealed override string ToString() => nameof(PatientInput);
}

/// <summary>A patient to predict for.</summary>
public sealed record PredictionInput : PatientInput
{
    /// <summary>
    /// The hospital's own reference, by which it finds the prediction again. Only a keyed hash of it is kept (<see cref="ReferenceKey"/>).
    /// </summary>
    public string? Reference { get; init; }
}

internal static class ReferenceRules
{
    public static IRuleBuilderOptions<T, string?> CouldBeAReference<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(IsPossible).WithMessage(_ => Message());

    public static bool IsPossible(string? reference) =>
        reference is null || (reference.Length <= ReferenceKey.MaxReference && !reference.Any(char.IsControl));

    public static string Message() =>
        Texts.Say($"must have at most {ReferenceKey.MaxReference} characters and no control characters");
}

/// <summary>
/// What is wrong with a patient's inputs, reported inside of one rule: predictions are validated thousands of times a second, and a rule
/// for each member costs more than a prediction.
/// </summary>
internal static class PatientRules
{
    private static readonly Column HbA1c = FeatureSchema.Current.GetColumn(ColumnNames.HbA1c);
    private static readonly Column Age = FeatureSchema.Current.GetColumn(ColumnNames.Age);
    private static readonly Column Bmi = FeatureSchema.Current.GetColumn(ColumnNames.Bmi);
    private static readonly Column Gender = FeatureSchema.Current.GetColumn(ColumnNames.Gender);

    /// <summary>Whether nothing is wrong, so that there is nothing to report.</summary>
    public static bool AreMet(PredictionInput input) =>
        Problems.Of(input) == default && ReferenceRules.IsPossible(input.Reference);

    /// <param name="row">The patient's place in <c>Rows</c>; null for a request of one patient.</param>
    public static void Report<T>(this ValidationContext<T> context, PatientInput input, int? row = null)
    {
        var problems = Problems.Of(input);
        context.Report(nameof(PatientInput.HbA1c), row, problems.HbA1c);
        context.Report(nameof(PatientInput.Age), row, problems.Age);
        context.Report(nameof(PatientInput.Bmi), row, problems.Bmi);
        context.Report(nameof(PatientInput.Gender), row, problems.Gender);
    }

    /// <inheritdoc cref="Report{T}(ValidationContext{T}, PatientInput, int?)"/>
    public static void Report<T>(this ValidationContext<T> context, PredictionInput input, int? row = null)
    {
        context.Report((PatientInput)input, row);
        if (!ReferenceRules.IsPossible(input.Reference))
        {
            context.AddFailure(NameOf(nameof(PredictionInput.Reference), row), ReferenceRules.Message());
        }
    }

    private static void Report<T>(this ValidationContext<T> context, string member, int? row, Sentence? problem)
    {
        if (problem is not null)
        {
            context.AddFailure(NameOf(member, row), Texts.Say(problem));
        }
    }

    private static string NameOf(string member, int? row) =>
        row is null ? member : string.Create(CultureInfo.InvariantCulture, $"{nameof(PredictBatch.Rows)}[{row}].{member}");

    /// <summary>What is wrong with each member; null where nothing is.</summary>
    private readonly record struct Problems(Sentence? HbA1c, Sentence? Age, Sentence? Bmi, Sentence? Gender)
    {
        public static Problems Of(PatientInput input) => new(
            PatientRules.HbA1c.ProblemOf(input.HbA1c),
            PatientRules.Age.ProblemOf(input.Age),
            PatientRules.Bmi.ProblemOf(input.Bmi),
            PatientRules.Gender.TryParseCode(input.Gender, out _) ? null : PatientRules.Gender.Outside);
    }
}

public sealed record Predict(PredictionInput Input) : IRequest<PredictionAnswer>;

/// <summary>Probabilities by class; they sum to 1.</summary>
public sealed record ClassProbabilities(
    [property: JsonPropertyName("Negative")] double Negative,
    [property: JsonPropertyName("Prediabetes")] double Prediabetes,
    [property: JsonPropertyName("Diabetes")] double Diabetes);

/// <param name="Plausible">
/// The prediction set: the classes that can't be ruled out. For each class, the set contains the true class for at least 90 % of its
/// patients. Several classes mean that the model is unsure; no class means that the patient is unlike the patients of every class. Null
/// for a version that was evaluated before prediction sets existed.
/// </param>
/// <param name="Agreement">
/// Share 0..1 of the network's members that predict the answer's class; null for a network without members.
/// </param>
/// <param name="Kept">Whether the prediction is stored, so that its outcome can be confirmed later.</param>
public sealed record PredictionAnswer(
    DiabetesClass Prediction,
    ClassProbabilities Probabilities,
    IReadOnlyList<DiabetesClass>? Plausible,
    double? Agreement,
    string Version,
    Guid PredictionId,
    bool Kept);

/// <remarks>
/// A valid input, as nearly all are, is recognized before the library makes the objects in which rules report: they are a seventh of the
/// memory that a request takes.
/// </remarks>
internal sealed class PredictValidator : AbstractValidator<Predict>, IValidator<Predict>
{
    public PredictValidator() => RuleFor(p => p.Input).Custom((input, context) => context.Report(input));

    ValidationResult IValidator<Predict>.Validate(Predict instance) =>
        PatientRules.AreMet(instance.Input) ? new ValidationResult() : Validate(instance);
}

internal sealed class PredictHandler(
    IServingModel serving, PredictionLog log, PredictionReferences references, ICurrentUser user, TimeProvider time)
    : IRequestHandler<Predict, PredictionAnswer>
{
    public async Task<PredictionAnswer> Handle(Predict request, CancellationToken cancellationToken)
    {
        var predictor = serving.Require();
        var reference = await references.TokenOfAsync(request.Input.Reference, cancellationToken);
        var answer = predictor.Classify(request.Input.ToFeatures(), reference, log, user.Signature(), time.GetUtcNow());
        return new PredictionAnswer(
            answer.Predicted,
            answer.Probabilities,
            answer.Plausible,
            answer.Agreement,
            predictor.Version,
            answer.Id,
            answer.Kept);
    }
}

/// <summary>The predictor's result for one patient.</summary>
internal readonly record struct Answer(
    Guid Id,
    DiabetesClass Predicted,
    ClassProbabilities Probabilities,
    IReadOnlyList<DiabetesClass>? Plausible,
    double? Agreement,
    bool Kept);

internal static class PredictorExtensions
{
    public static IPredictor Require(this IServingModel serving) =>
        serving.Current ?? throw (serving.Problem is null
            ? VersionRefusals.NoActiveModel(RefusalKind.Unavailable) : VersionRefusals.ModelNotLoaded());

    /// <summary>Predicts and adds the prediction to the log.</summary>
    /// <param name="referenceToken"><see cref="Prediction.ReferenceToken"/></param>
    /// <param name="user">Who asked.</param>
    public static Answer Classify(
        this IPredictor predictor, PatientFeatures features, long? referenceToken, PredictionLog log, string user, DateTimeOffset now)
    {
        Span<double> p = stackalloc double[DiabetesClasses.Count];
        var agreement = predictor.Predict(features, p);
        var (id, predicted) = (PredictionIds.Create(now), Evaluator.PredictedClass(p));
        var kept = log.Add(Prediction.Create(id, features, p, predicted, predictor.Version, now.UtcDateTime, referenceToken), user);
        return new Answer(id, predicted, new ClassProbabilities(p[0], p[1], p[2]), predictor.Sets?.Plausible(p), agreement, kept);
    }
}
