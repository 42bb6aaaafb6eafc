using FluentValidation;
using MediatR;

namespace ModelOps.Application.Behaviors;

/// <summary>Validates each request before its handler runs.</summary>
internal sealed class ValidationBehavior<TRequest, TResponse>(IEnumerable<IValidator<TRequest>> validators)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        // Run validators sequentially: they may share the scope's database context, which is not thread-safe.
        Dictionary<string, List<string>>? errors = null;
        foreach (var validator in validators)
        {
            var result = await validator.ValidateAsync(request, cancellationToken);
            foreach (var failure in result.Errors)
            {
                errors ??= [];
                var field = WireNames.OfPath(failure.PropertyName);
                if (!errors.TryGetValue(field, out var messages))
                {
                    errors.Add(field, messages = []);
                }

                messages.Add(failure.ErrorMessage);
            }
        }

        return errors is null
            ? await next()
            : throw InvalidRequest.Refusal(errors.ToDictionary(e => e.Key, e => e.Value.ToArray()));
    }
}
