using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using ModelOps.Application.Abstractions;
using ModelOps.Infrastructure.Identity;
using ModelOps.Infrastructure.Persistence;

namespace ModelOps.Infrastructure;

public static class DependencyInjection
{
    public static IServiceCollection AddInfrastructure(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        var directory = Path.GetFullPath(configuration["ModelOps:DataDirectory"] ?? Path.Combine(AppContext.BaseDirectory, "mlModels"));
        Directory.CreateDirectory(directory);
        services.AddDbContext<SqliteModelOpsDbContext>(o => o.UseSqlite($"Data Source={Path.Combine(directory, "modelops.db")}"));
        services.AddScoped<ModelOpsDbContext>(provider => provider.GetRequiredService<SqliteModelOpsDbContext>());
        services.AddScoped<IModelOpsDbContext>(provider => provider.GetRequiredService<ModelOpsDbContext>());
        services.AddHostedService<Preparation>();
        return services.AddModelOpsIdentity(configuration);
    }

    private sealed class Preparation(IServiceScopeFactory scopes) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<ModelOpsDbContext>().Database.EnsureCreatedAsync(cancellationToken);
            await scope.ServiceProvider.GetRequiredService<AdministratorSeeder>().SeedAsync(cancellationToken);
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
