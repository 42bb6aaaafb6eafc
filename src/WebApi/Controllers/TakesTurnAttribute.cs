using System.Buffers;
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
    private const int FirstBytes = 64 * 1024;

    public async Task OnResourceExecutionAsync(ResourceExecutingContext context, ResourceExecutionDelegate next)
    {
        var http = context.HttpContext;
        var user = http.RequestServices.GetRequiredService<ICurrentUser>();
        using var place = http.RequestServices.GetRequiredService<TurnLines>().Take(work, user.Signature());
        StrictJsonInputFormatter.LimitBody(http);

        // Pooled, because new arrays of this size are collected only with the oldest generation. It grows with what has arrived: what a
        // client announces costs no memory.
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
        try
        {
            var length = 0;
            for (int read; (read = await http.Request.Body.ReadAsync(buffer.AsMemory(length), http.RequestAborted)) > 0;)
            {
                length += read;
                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(2 * length);
                    buffer.CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }

            http.Request.Body = new MemoryStream(buffer, 0, length, writable: false, publiclyVisible: true);
            await place.StartAsync(http.RequestAborted);
            await next();
        }
        finally
        {
            http.Request.Body = Stream.Null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
