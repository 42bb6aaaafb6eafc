namespace ModelOps.WebApi.Dashboard;

/// <summary>What somebody has decided about a previewed file.</summary>
/// <param name="Name">The dataset's name; null for an import of records.</param>
/// <param name="Confirmed">The codes of the warnings that were ticked.</param>
public sealed record KeptForm(string? Name, IReadOnlySet<string> Confirmed);
