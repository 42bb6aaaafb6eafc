namespace ModelOps.Infrastructure;

/// <summary>The service can't start as it is set up; the message tells an operator what to change.</summary>
public sealed class StartupException(string message, Exception? inner = null) : Exception(message, inner);
