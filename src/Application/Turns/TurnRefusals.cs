using ModelOps.Domain;

namespace ModelOps.Application.Turns;

internal static class TurnRefusals
{
    public static RefusalException TooBusy() => new(
        RefusalKind.TooBusy, "too_busy",
        $"You have as many requests of this kind under way as the service takes at once. Wait for their answers, then try again.");
}
