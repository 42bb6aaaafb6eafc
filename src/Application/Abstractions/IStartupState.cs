namespace ModelOps.Application.Abstractions;

/// <summary>Whether this process has started up; until then it answers nothing but questions for its health.</summary>
public interface IStartupState
{
    bool IsOver { get; }
}
