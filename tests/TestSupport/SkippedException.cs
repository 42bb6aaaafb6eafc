namespace ModelOps.TestSupport;

/// <summary>Ends a test as skipped, with the reason; xunit knows it by the beginning of its message.</summary>
public sealed class SkippedException(string reason) : Exception($"$XunitDynamicSkip${reason}");
