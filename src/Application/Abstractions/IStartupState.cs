namespace ModelOps.Application.Abstractions;

/// <summary>Whether this process has completed its startup. Before that, the process answers only health checks.</summary>
public interface IStartupState
{
    bool IsOver { get; }
}
