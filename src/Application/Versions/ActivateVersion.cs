using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Versions;

/// <summary>Puts a version in service.</summary>
public sealed record ActivateVersion : IRequest<ActivationAnswer>
{
    public required string Version { get; init; }

    public string? Reason { get; init; }

    /// <summary>The version that must be active; the request is refused if another one is active.</summary>
    public string? ExpectedActive { get; init; }
}

internal sealed class ActivateVersionValidator : AbstractValidator<ActivateVersion>
{
    public ActivateVersionValidator()
    {
        RuleFor(r => r.Version).CouldBeAVersion();
        RuleFor(r => r.ExpectedActive).CouldBeAVersion().When(r => r.ExpectedActive is not null);
        RuleFor(r => r.Reason).MaximumLength(Activation.MaxReason)
            .WithMessage(_ => Texts.Say($"must have at most {Activation.MaxReason} characters"));
    }
}

internal sealed class ActivateVersionHandler(IModelOpsDbContext db, ActivePointerWriter pointer, ICurrentUser user)
    : IRequestHandler<ActivateVersion, ActivationAnswer>
{
    public async Task<ActivationAnswer> Handle(ActivateVersion request, CancellationToken cancellationToken)
    {
        var version = await db.Versions.AsNoTracking().SingleOrDefaultAsync(v => v.Name == request.Version, cancellationToken)
            ?? throw VersionRefusals.VersionNotFound();
        var changed = await pointer.MoveAsync(
            request.ExpectedActive,
            (current, _) => Task.FromResult<PointerMove?>(
                current?.To == version.Name
                    ? null
                    : new PointerMove(version, now =>
                        Activation.Forward(current, version.Name, user.Signature(), request.Reason, ActivationKind.Activate, now))),
            version,
            cancellationToken);
        return new ActivationAnswer(
            true, Texts.Say(changed ? $"{version.Name} is in service now." : (FormattableString)$"{version.Name} is in service already."),
                version.Name);
    }
}
