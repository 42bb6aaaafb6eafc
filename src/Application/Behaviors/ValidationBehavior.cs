using FluentValidation;
using FluentValidation.Results;
using MediatR;
using ModelOps.Domain;

namespace ModelOps.Application.Behaviors;

/// <summary>Validates each request before its handler runs.</summary>
internal sealed class ValidationBehavior<TRequest, TResponse>(IEnumerable<IValidator<TRequest>> validators)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
{
    private readonly IValidator<TRequest>[] _validators = validators as IValidator<TRequest>[] ?? [.. validators];

    /// <summary>Rules that wait are a defect: no rule of this service asks a database.</summary>
    public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        List<ValidationFailure>? failures = null;
        foreach (var validator in _validators)
        {
            if (validator.Validate(request) is { IsValid: false } result)
            {
                (failures ??= []).AddRange(result.Errors);
            }
        }

        return failures is null ? next() : throw Refusal(failures);
    }

    private static RefusalException Refusal(List<ValidationFailure> failures) => InvalidRequest.Refusal(failures
        .GroupBy(failure => WireNames.OfPath(failure.PropertyName), failure => failure.ErrorMessage)
        .ToDictionary(field => field.Key, field => field.ToArray()));
}
