using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Versions;

/// <summary>Activates the most recent earlier active version that still exists.</summary>
public sealed record RollbackModel : IRequest<ActivationAnswer>
{
    public string? Reason { get; init; }

    /// <summary>The version that must be active; the request is refused if another one is active.</summary>
    public string? ExpectedActive { get; init; }
}

internal sealed class RollbackModelValidator : AbstractValidator<RollbackModel>
{
    public RollbackModelValidator()
    {
        RuleFor(r => r.ExpectedActive).CouldBeAVersion().When(r => r.ExpectedActive is not null);
        RuleFor(r => r.Reason).MaximumLength(Activation.MaxReason)
            .WithMessage(_ => Texts.Say($"must have at most {Activation.MaxReason} characters"));
    }
}

internal sealed class RollbackModelHandler(IModelOpsDbContext db, ActivePointerWriter pointer, ICurrentUser user)
    : IRequestHandler<RollbackModel, ActivationAnswer>
{
    public async Task<ActivationAnswer> Handle(RollbackModel request, CancellationToken cancellationToken)
    {
        var active = "";
        await pointer.MoveAsync(
            request.ExpectedActive,
            async (current, cancel) =>
            {
                var (target, version) = await FindTargetAsync(current, cancel);
                active = version.Name;
                return new PointerMove(version, now => Activation.BackTo(current!, target, user.Signature(), request.Reason, now));
            },
            known: null,
            cancellationToken);
        return new ActivationAnswer(true, Texts.Say($"{active} is in service again."), active);
    }

    private async Task<(Activation Target, ModelVersion Version)> FindTargetAsync(Activation? current, CancellationToken cancellationToken)
    {
        for (var id = current?.PrecedingId; id is not null;)
        {
            var earlier = await db.Activations.AsNoTracking().SingleAsync(a => a.Id == id, cancellationToken);
            if (earlier.To != current!.To
                && await db.Versions.AsNoTracking().SingleOrDefaultAsync(v => v.Name == earlier.To, cancellationToken) is { } version)
            {
                return (earlier, version);
            }

            id = earlier.PrecedingId;
        }

        throw VersionRefusals.NothingToRollBackTo();
    }
}
