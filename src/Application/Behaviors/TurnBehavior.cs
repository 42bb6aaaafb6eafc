using MediatR;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Turns;

namespace ModelOps.Application.Behaviors;

/// <summary>Lets the handler of an <see cref="ITakesTurns"/> wait for its turn, whether HTTP or the dashboard sent the request.</summary>
internal sealed class TurnBehavior<TRequest, TResponse>(TurnLines turns, ICurrentUser user) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>, ITakesTurns
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        using var place = turns.Take(request.Work, user.Signature());
        await place.StartAsync(cancellationToken);
        return await next();
    }
}
