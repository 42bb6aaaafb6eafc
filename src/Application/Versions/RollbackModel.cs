using FluentValidation;
using MediatR;
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
                var (target, version) = await db.FindRollbackTargetAsync(current, cancel) ?? throw VersionRefusals.NothingToRollBackTo();
                active = version.Name;
                return new PointerMove(version, now => Activation.BackTo(current!, target, user.Signature(), request.Reason, now));
            },
            known: null,
            cancellationToken);
        return new ActivationAnswer(true, Texts.Say($"{active} is in service again."), active);
    }
}
