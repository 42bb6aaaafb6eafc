using ModelOps.Application.Users;
using ModelOps.Infrastructure.Identity;

namespace ModelOps.Infrastructure.Tests.Identity;

public sealed class UncountedGuessesTests
{
    private readonly Clock _clock = new();
    private readonly UncountedGuesses _guesses;

    public UncountedGuessesTests() => _guesses = new UncountedGuesses(_clock);

    [Theory]
    [InlineData(0, UserLimits.MaxWrongPasswords)]
    [InlineData(UserLimits.MaxWrongPasswords - 1, 1)]
    public void Add_OfAsManyAsAreAllowed_LocksTheAccountForAWhile(int counted, int guesses)
    {
        for (var guess = 1; guess <= guesses; guess++)
        {
            Assert.False(_guesses.IsLocked("ann"));
            _guesses.Add("ann", counted);
        }

        Assert.True(_guesses.IsLocked("ann"));
        Assert.False(_guesses.IsLocked("bob"));
        _clock.Now += TimeSpan.FromMinutes(UserLimits.LockMinutes);
        Assert.False(_guesses.IsLocked("ann"));
    }

    [Fact]
    public void Forget_AfterARightPassword_BeginsAnew()
    {
        for (var round = 0; round < 3; round++)
        {
            _guesses.Add("ann", UserLimits.MaxWrongPasswords - 2);
            _guesses.Forget("ann");
        }

        Assert.False(_guesses.IsLocked("ann"));
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2025, 11, 11, 15, 30, 45, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
