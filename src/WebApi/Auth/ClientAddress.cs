using System.Net;
using System.Net.Sockets;
using ModelOps.Application.Users;

namespace ModelOps.WebApi.Auth;

internal static class ClientAddress
{
    /// <summary>An IPv6 customer usually has a whole /64 prefix, so addresses with the same prefix count as one client.</summary>
    public static string Of(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        if (address is null or { AddressFamily: AddressFamily.InterNetwork } or { IsIPv4MappedToIPv6: true })
        {
            return address?.MapToIPv4().ToString() ?? "";
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes).ToString();
    }

    public static SessionClient Client(HttpContext context) =>
        new(Of(context), context.Request.Headers.UserAgent.ToString() is { Length: > 0 } agent ? agent : null);
}
