using System.Reflection;
using ModelOps.Domain.Versions;

namespace ModelOps.Domain.Tests.Versions;

public class ActivationTests
{
    private static readonly DateTime Now = new(2025, 11, 11, 15, 30, 45, DateTimeKind.Utc);

    [Fact]
    public void Forward_WhenNothingIsActive_StartsTheChain()
    {
        var first = Activation.Forward(null, "v1", "ann", "because", ActivationKind.Automatic, Now);

        Assert.Equal((1, null, "v1", null), (first.ActivationNumber, first.From, first.To, first.PrecedingId));
        Assert.Equal(("ann", "because", ActivationKind.Automatic, Now), (first.By, first.Reason, first.Kind, first.At));
    }

    [Fact]
    public void Forward_WhenAVersionIsActive_LinksToItsActivation()
    {
        var first = Saved(1, Forward(null, "v1"));
        var second = Forward(first, "v2");

        Assert.Equal((2, "v1", "v2", 1), (second.ActivationNumber, second.From, second.To, second.PrecedingId));
    }

    [Fact]
    public void BackTo_WhenRolledBackTwice_GoesTwoStepsBackAndNotForward()
    {
        var first = Saved(1, Forward(null, "v1"));
        var second = Saved(2, Forward(first, "v2"));
        var third = Saved(3, Forward(second, "v3"));

        var once = Saved(4, Activation.BackTo(third, second, "bob", "worse", Now));
        Assert.Equal((4, "v3", "v2", 1), (once.ActivationNumber, once.From, once.To, once.PrecedingId));
        Assert.Equal((ActivationKind.Rollback, "bob", "worse"), (once.Kind, once.By, once.Reason));

        var twice = Saved(5, Activation.BackTo(once, first, "bob", null, Now));
        Assert.Equal((5, "v2", "v1", null), (twice.ActivationNumber, twice.From, twice.To, twice.PrecedingId));
    }

    [Fact]
    public void Forward_WhenRolledBackBefore_LeadsBackToTheVersionThatWasRestored()
    {
        var first = Saved(1, Forward(null, "v1"));
        var second = Saved(2, Forward(first, "v2"));
        var back = Saved(3, Activation.BackTo(second, first, "bob", null, Now));

        var next = Forward(back, "v4");
        Assert.Equal((4, "v1", "v4", 3), (next.ActivationNumber, next.From, next.To, next.PrecedingId));
    }

    [Fact]
    public void At_WhenTheClockWasSetBack_IsNotBeforeTheCurrentActivation()
    {
        var first = Saved(1, Forward(null, "v1"));
        var second = Saved(2, Activation.Forward(first, "v2", "ann", null, ActivationKind.Activate, Now.AddHours(-1)));
        var back = Activation.BackTo(second, first, "ann", null, Now.AddHours(-2));

        Assert.Equal((Now, Now), (second.At, back.At));
    }

    private static Activation Forward(Activation? current, string to) =>
        Activation.Forward(current, to, "ann", null, ActivationKind.Activate, Now);

    // Only the database gives ids, so a test has to reach past the private setter.
    private static Activation Saved(long id, Activation activation)
    {
        typeof(Activation).GetProperty(nameof(Activation.Id), BindingFlags.Public | BindingFlags.Instance)!.SetValue(activation, id);
        return activation;
    }
}
