using Microsoft.AspNetCore.Mvc.Filters;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Turns;
using ModelOps.WebApi.Json;

namespace ModelOps.WebApi.Controllers;

/// <summary>
/// Lets an action with a large body wait for its turn before the body is parsed. The body is received before, so that a slow client keeps
/// nobody else out of a turn.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TakesTurnAttribute(Work work) : Attribute, IAsyncResourceFilter
{
    public async Task OnResourceExecutionAsync(ResourceExecutingContext context, ResourceExecutionDelegate next)
    {
        var http = context.HttpContext;
        var user = http.RequestServices.GetRequiredService<ICurrentUser>();
        using var place = http.RequestServices.GetRequiredService<TurnLines>().Take(work, user.Signature());
        using var body = new MemoryStream();
        StrictJsonInputFormatter.LimitBody(http);
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        body.Position = 0;
        http.Request.Body = body;
        await place.StartAsync(http.RequestAborted);
        await next();
    }
}
