namespace ModelOps.Application.Turns;

/// <summary>A request whose handler runs only during a turn.</summary>
public interface ITakesTurns
{
    Work Work { get; }
}
