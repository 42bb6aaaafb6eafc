using System.Diagnostics;
using Microsoft.Net.Http.Headers;

namespace ModelOps.WebApi.Errors;

/// <summary>
/// The trace id of a request that fails: what its problem, the log and the list of recent errors have in common. It continues the caller's
/// trace (W3C Trace Context). Requests that succeed have none, because it costs more than it is worth there.
/// </summary>
internal static class ProblemTrace
{
    /// <returns>Disposing ends the trace; null if there is one already.</returns>
    public static Activity? Begin(HttpContext context)
    {
        if (Activity.Current is not null)
        {
            return null;
        }

        var trace = new Activity(nameof(ProblemTrace)).SetIdFormat(ActivityIdFormat.W3C);
        if (ActivityContext.TryParse(context.Request.Headers[HeaderNames.TraceParent], null, out var caller))
        {
            trace.SetParentId(caller.TraceId, caller.SpanId, caller.TraceFlags);
        }

        return trace.Start();
    }
}
