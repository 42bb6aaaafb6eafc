using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using ModelOps.Infrastructure.Persistence;

namespace ModelOps.Infrastructure.Tests.Persistence;

public sealed class SqliteMigrationTests
{
    /// <summary>A rebuild of a table runs outside of a transaction: a process that ends meanwhile leaves half a migration.</summary>
    [Fact]
    public void Up_OfEveryMigration_RunsInATransaction()
    {
        using var database = new SqliteDesignTimeFactory().CreateDbContext([]);
        var assembly = database.GetService<IMigrationsAssembly>();
        var generator = database.GetService<IMigrationsSqlGenerator>();
        var initializer = database.GetService<IModelRuntimeInitializer>();

        var commands = assembly.Migrations
            .Select(entry => (entry.Key, Migration: assembly.CreateMigration(entry.Value, database.Database.ProviderName!)))
            .SelectMany(m => generator.Generate(m.Migration.UpOperations, initializer.Initialize(m.Migration.TargetModel))
                .Select(command => (m.Key, command.CommandText, command.TransactionSuppressed)))
            .ToArray();

        Assert.InRange(commands.Length, 50, int.MaxValue);
        Assert.DoesNotContain(commands, c => c.TransactionSuppressed);
    }
}
