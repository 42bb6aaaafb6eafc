using System.Linq.Expressions;
using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using ModelOps.Application.Abstractions;
using ModelOps.Domain;
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

    /// <summary>Only for validated inputs.</summary>
    internal PatientFeatures ToFeatures() => new(HbA1c, Age, Bmi, Genders.Parse(Gender));
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

public sealed record Predict(PatientInput Input) : IRequest<PredictionAnswer>;

/// <summary>Probabilities by class; they sum to 1.</summary>
public sealed record ClassProbabilities(
    [property: JsonPropertyName("Negative")] double Negative,
    [property: JsonPropertyName("Prediabetes")] double Prediabetes,
    [property: JsonPropertyName("Diabetes")] double Diabetes);

public sealed record PredictionAnswer(DiabetesClass Prediction, ClassProbabilities Probabilities, string Version, Guid PredictionId);

internal sealed class PredictValidator : AbstractValidator<Predict>
{
    public PredictValidator() => RuleFor(p => p.Input).NotNull().SetValidator(new PatientInputValidator()).OverridePropertyName("");
}

internal sealed class PredictHandler(IServingModel serving, PredictionLog log, TimeProvider time) : IRequestHandler<Predict, PredictionAnswer>
{
    public Task<PredictionAnswer> Handle(Predict request, CancellationToken cancellationToken)
    {
        var predictor = serving.Require();
        var (id, predicted, probabilities) = predictor.Classify(request.Input.ToFeatures(), log, time.GetUtcNow());
        return Task.FromResult(new PredictionAnswer(predicted, probabilities, predictor.Version, id));
    }
}

internal static class PredictorExtensions
{
    public static IPredictor Require(this IServingModel serving) =>
        serving.Current ?? throw (serving.Problem is null ? VersionRefusals.NoActiveModel(RefusalKind.Unavailable) : VersionRefusals.ModelNotLoaded());

    /// <summary>Predicts, and hands what was predicted to the log.</summary>
    public static (Guid Id, DiabetesClass Predicted, ClassProbabilities Probabilities) Classify(
        this IPredictor predictor, PatientFeatures features, PredictionLog log, DateTimeOffset now)
    {
        Span<double> p = stackalloc double[DiabetesClasses.Count];
        predictor.Predict(features, p);
        var best = 0;
        for (var i = 1; i < p.Length; i++)
        {
            best = p[i] > p[best] ? i : best;
        }

        var (id, predicted) = (Guid.CreateVersion7(now), (DiabetesClass)best);
        log.Add(Prediction.Create(id, features, p, predicted, predictor.Version, now.UtcDateTime));
        return (id, predicted, new ClassProbabilities(p[0], p[1], p[2]));
    }
}
