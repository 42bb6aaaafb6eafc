using System.Net;

namespace ModelOps.WebApi;

/// <summary>A network as operators write it: <c>10.1.0.0/16</c>, or <c>10.1.0.7/32</c> for one machine.</summary>
internal static class NetworkSetting
{
    public static bool IsEmptyOrValid(string? text) => string.IsNullOrWhiteSpace(text) || Parse(text) is not null;

    public static IPNetwork? Parse(string? text) => IPNetwork.TryParse(text?.Trim(), out var network) ? network : null;
}
