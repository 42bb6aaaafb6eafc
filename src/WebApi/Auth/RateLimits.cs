using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using ModelOps.WebApi.Errors;

namespace ModelOps.WebApi.Auth;

/// <param name="LoginsPerMinute">Sign-in attempts per address and minute. Limits password guessing across accounts.</param>
/// <param name="RequestsPerMinute">
/// Requests per minute of one user, or of one address when signed out. The limit stops a runaway client; polling stays far below it.
/// </param>
internal sealed record RateLimitSettings(int LoginsPerMinute, int RequestsPerMinute)
{
    public const int DefaultLoginsPerMinute = 30;
    public const int DefaultRequestsPerMinute = 300_000;
}

internal static class RateLimits
{
    public const string Login = "login";

    public static IServiceCollection AddRateLimits(this IServiceCollection services, RateLimitSettings settings)
    {
        // Made once, because the framework asks for it with each request.
        Func<string, RateLimiter> bucket = _ => Bucket(settings.RequestsPerMinute);
        return services.AddRateLimiter(limiter =>
        {
            limiter.OnRejected = Reject;

            // Opening the sign-in page doesn't count as an attempt.
            limiter.AddPolicy(Login, context => HttpMethods.IsPost(context.Request.Method)
                ? RateLimitPartition.GetFixedWindowLimiter(
                    ClientAddress.Of(context),
                    _ => new FixedWindowRateLimiterOptions
                    {
                        PermitLimit = settings.LoginsPerMinute,
                        Window = TimeSpan.FromMinutes(1),
                    })
                : RateLimitPartition.GetNoLimiter(""));
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
                RateLimitPartition.Get(Principals.UserId(context.User) ?? ClientAddress.Of(context), bucket));
        });
    }

    /// <summary>
    /// Token bucket. A whole minute's requests may arrive in one burst. Used tokens are replenished every second, or one by one for small
    /// limits, by the partitioned limiter's one timer.
    /// </summary>
    private static TokenBucketRateLimiter Bucket(int perMinute) => new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = perMinute,
        TokensPerPeriod = Math.Max(1, perMinute / 60),
        ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, 60.0 / perMinute)),
        AutoReplenishment = false,
    });

    private static async ValueTask Reject(OnRejectedContext rejected, CancellationToken cancellationToken)
    {
        var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var time) ? time : TimeSpan.FromSeconds(1);
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        rejected.HttpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await Problem.TooManyRequests.WriteAsync(rejected.HttpContext);
    }
}
