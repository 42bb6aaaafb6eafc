using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace ModelOps.WebApi.Controllers;

/// <summary>The <c>Prefer</c> header (RFC 7240). Invalid preferences are ignored, as the RFC requires.</summary>
internal static class PreferHeader
{
    public const int MaxWaitSeconds = 600;

    /// <summary>Seconds of <c>wait=N</c>, at most <see cref="MaxWaitSeconds"/>; null without one.</summary>
    public static int? WaitSeconds(StringValues values)
    {
        foreach (var preference in values.SelectMany(v => (v ?? "").Split(',')))
        {
            var parts = preference.Split(';')[0].Split('=', 2);
            if (parts.Length == 2
                && parts[0].Trim().Equals("wait", StringComparison.OrdinalIgnoreCase)
                && int.TryParse(parts[1].Trim().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            {
                return Math.Min(seconds, MaxWaitSeconds);
            }
        }

        return null;
    }
}
