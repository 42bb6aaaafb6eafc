using System.Collections.Frozen;
using ModelOps.Application.Datasets;
using ModelOps.Application.Predictions;
using ModelOps.Application.Records;
using ModelOps.Application.Training;
using ModelOps.Application.Users;
using ModelOps.Application.Versions;

namespace ModelOps.WebApi.Dashboard;

/// <summary>
/// The requests that users other than ADMIN may send from the dashboard. Every request that isn't listed requires ADMIN, so new requests
/// are denied by default.
/// </summary>
internal static class Rights
{
    private static readonly FrozenSet<Type> ForEverybody = new[]
    {
        typeof(ChangePassword),
        typeof(CompareVersions),
        typeof(CreateAccessToken),
        typeof(DeleteAccessToken),
        typeof(EndSession),
        typeof(GetActiveModel),
        typeof(GetDataset),
        typeof(GetJob),
        typeof(GetRecordsSummary),
        typeof(GetVersion),
        typeof(ListAccessTokens),
        typeof(ListActivations),
        typeof(ListDatasets),
        typeof(ListJobs),
        typeof(ListSessions),
        typeof(ListVersions),
        typeof(Predict),
        typeof(PreviewTraining),
    }.ToFrozenSet();

    public static bool IsAllowedBeforePasswordChange(Type request) => request == typeof(ChangePassword);

    public static bool NeedsAdmin(Type request) => !ForEverybody.Contains(request);
}
