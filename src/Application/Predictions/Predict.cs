using System.Linq.Expressions;
using System.Text.Json.Serialization;
using FluentValidation;
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

internal sealed class PredictionInputValidator : AbstractValidator<PredictionInput>
{
    public PredictionInputValidator()
    {
        Include(new PatientInputValidator());
        RuleFor(p => p.Reference).CouldBeAReference();
    }
}

internal static class ReferenceRules
{
    public static IRuleBuilderOptions<T, string?> CouldBeAReference<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(reference => reference is null || (reference.Length <= ReferenceKey.MaxReference && !reference.Any(char.IsControl)))
        .WithMessage(_ => Texts.Say($"must have at most {ReferenceKey.MaxReference} characters and no control characters"));
}

internal sealed class PatientInputValidator : AbstractValidator<PatientInput>
{
    public PatientInputValidator()
    {
        Number(p => p.HbA1c, ColumnNames.HbA1c);
        Number(p => p.Age, ColumnNames.Age);
        Number(p => p.Bmi, ColumnNames.Bmi);
        var gender = FeatureSchema.Current.GetColumn(ColumnNames.Gender);
        RuleFor(p => p.Gender).Custom((value, context) => Report(gender.TryParseCode(value, out _) ? null : gender.Outside, context));
    }

    private void Number(Expression<Func<PatientInput, double>> member, string name)
    {
        var column = FeatureSchema.Current.GetColumn(name);
        RuleFor(member).Custom((value, context) => Report(column.ProblemOf(value), context));
    }

    private static void Report(Sentence? problem, ValidationContext<PatientInput> context)
    {
        if (problem is not null)
        {
            context.AddFailure(Texts.Say(problem));
        }
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

internal sealed class PredictValidator : AbstractValidator<Predict>
{
    public PredictValidator() => RuleFor(p => p.Input).NotNull().SetValidator(new PredictionInputValidator()).OverridePropertyName("");
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
        var (id, predicted) = (Guid.CreateVersion7(now), Evaluator.PredictedClass(p));
        var kept = log.Add(Prediction.Create(id, features, p, predicted, predictor.Version, now.UtcDateTime, referenceToken), user);
        return new Answer(id, predicted, new ClassProbabilities(p[0], p[1], p[2]), predictor.Sets?.Plausible(p), agreement, kept);
    }
}
