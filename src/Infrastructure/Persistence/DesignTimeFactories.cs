using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using ModelOps.Infrastructure.Files;

namespace ModelOps.Infrastructure.Persistence;

/// <summary>Lets <c>dotnet ef migrations add</c> create a migration without a running service; see CONTRIBUTING.</summary>
internal sealed class SqliteDesignTimeFactory : IDesignTimeDbContextFactory<SqliteModelOpsDbContext>
{
    public SqliteModelOpsDbContext CreateDbContext(string[] args) =>
        new(
            new DbContextOptionsBuilder<SqliteModelOpsDbContext>().UseSqlite("Data Source=design.db").Options,
            TimeProvider.System,
            new DataDirectory("."),
            new SqliteWriteGate(new StorageReserve("."), SqliteWriteGate.DefaultPatience));
}

/// <inheritdoc cref="SqliteDesignTimeFactory"/>
internal sealed class NpgsqlDesignTimeFactory : IDesignTimeDbContextFactory<NpgsqlModelOpsDbContext>
{
    public NpgsqlModelOpsDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<NpgsqlModelOpsDbContext>().UseNpgsql("Host=localhost;Database=design").Options);
}
