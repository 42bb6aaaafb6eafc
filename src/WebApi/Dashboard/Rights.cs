using System.Collections.Frozen;
using ModelOps.Application.Datasets;
using ModelOps.Application.Predictions;
using ModelOps.Application.Records;
using ModelOps.Application.Training;
using ModelOps.Application.Users;
using ModelOps.Application.Versions;
using ModelOps.WebApi.Auth;

namespace ModelOps.WebApi.Dashboard;

/// <summary>
/// What users other than ADMIN may send from the dashboard. Every request that isn't listed requires ADMIN, so new requests are denied by
/// default.
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
        typeof(ExtendSession),
        typeof(GetAccuracyOverTime),
        typeof(GetActiveModel),
        typeof(GetDataset),
        typeof(GetJob),
        typeof(GetRecordsSummary),
        typeof(GetRollbackTarget),
        typeof(GetSessionEnd),
        typeof(GetTrend),
        typeof(GetVersion),
        typeof(GetVersionFacets),
        typeof(GetVersionNumbers),
        typeof(GetVersionProfile),
        typeof(ListAccessTokens),
        typeof(ListActivations),
        typeof(ListDatasets),
        typeof(ListJobs),
        typeof(ListSessions),
        typeof(ListVersions),
        typeof(Predict),
        typeof(PreviewTraining),
    }.ToFrozenSet();

    private static readonly FrozenSet<Type> ForClinicians = new[]
    {
        typeof(CorrectConfirmation),
        typeof(LabelPrediction),
        typeof(ListPredictions),
    }.ToFrozenSet();

    public static bool IsAllowedBeforePasswordChange(Type request) => request == typeof(ChangePassword);

    /// <summary>The policy that a request requires; null for a request that every user may send.</summary>
    public static string? PolicyOf(Type request) =>
        ForEverybody.Contains(request) ? null : ForClinicians.Contains(request) ? Policies.Clinician : Policies.Admin;
}
