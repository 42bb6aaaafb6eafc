using Hangfire;
using Hangfire.Dashboard;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace ModelOps.Infrastructure.Jobs;

/// <summary>
/// Hangfire's pages. Read-only: a job's row decides what happens to it, and requeueing or deleting a wake-up behind its back would
/// only confuse. They show no connection string, and no filter of Hangfire's own lets anybody in: its default trusts whoever seems
/// to be local, which behind a proxy is everybody.
/// </summary>
internal static class JobsDashboard
{
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, string address) =>
        endpoints.MapHangfireDashboard(address, new DashboardOptions
        {
            DashboardTitle = "ModelOps",
            AppPath = "/",
            Authorization = [],
            IsReadOnlyFunc = _ => true,
            DisplayStorageConnectionString = false,
            DisplayNameFunc = (_, job) => $"Training {(job.Args.Count > 0 ? job.Args[0] : "")}",
        });
}
