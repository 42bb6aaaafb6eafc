namespace ModelOps.Infrastructure;

/// <summary>The service can't start with its current configuration. The message tells the operator what to change.</summary>
public sealed class StartupException(string message, Exception? inner = null) : Exception(message, inner);
