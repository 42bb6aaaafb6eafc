using Hangfire;
using Microsoft.Extensions.DependencyInjection;

namespace ModelOps.WebApi.Tests.Operations;

public sealed class JobStorageTests
{
    [Fact]
    public async Task JobStorage_OfTwoServicesInOneProcess_IsNotShared()
    {
        await using var one = await ServiceFixture.StartAsync();
        await using var other = await ServiceFixture.StartAsync();

        Assert.NotSame(one.Services.GetRequiredService<JobStorage>(), other.Services.GetRequiredService<JobStorage>());
        Assert.Same(one.Services.GetRequiredService<JobStorage>(), one.Services.GetRequiredService<IBackgroundJobClientV2>().Storage);
    }
}
