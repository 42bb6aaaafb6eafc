using Hangfire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace ModelOps.Infrastructure.Jobs;

/// <summary>
/// Maps Hangfire's dashboard. The dashboard is read-only, because the state of a job is decided by the job's database row and not by
/// Hangfire's queue. The connection string is not shown. Hangfire's default authorization filter is removed: it allows all local
/// requests, and behind a proxy every request looks local.
/// </summary>
internal static class JobsDashboard
{
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, string address, string home) =>
        endpoints.MapHangfireDashboard(address, new DashboardOptions
        {
            DashboardTitle = "ModelOps",
            AppPath = home,
            Authorization = [],
            IsReadOnlyFunc = _ => true,
            DisplayStorageConnectionString = false,
            DisplayNameFunc = (_, job) => $"Training {(job.Args.Count > 0 ? job.Args[0] : "")}",
        });
}
