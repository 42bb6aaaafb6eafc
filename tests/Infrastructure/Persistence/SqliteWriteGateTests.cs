using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using ModelOps.Application.Failures;
using ModelOps.Domain.Data;
using ModelOps.Infrastructure.Failures;
using ModelOps.Infrastructure.Files;
using ModelOps.Infrastructure.Persistence;

namespace ModelOps.Infrastructure.Tests.Persistence;

public sealed class SqliteWriteGateTests : IAsyncLifetime, IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DataDirectory _directory;
    private readonly SqliteWriteGate _gate;

    public SqliteWriteGateTests()
    {
        _directory = new DataDirectory(_folder.Path);
        _gate = new SqliteWriteGate(_directory.Reserve, SqliteWriteGate.DefaultPatience);
    }

    public async Task InitializeAsync()
    {
        await using var db = Open();
        await db.Database.MigrateAsync();
        db.Installations.Add(Installation.Create(new SplitKey(new byte[SplitKey.Bytes])));
        await db.SaveChangesAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _gate.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task EnterAsync_WhenOneIsInside_AdmitsTheOthersOneByOneInTheirOrder()
    {
        var order = new List<int>();
        var first = await _gate.EnterAsync(default);
        var waiting = Enumerable.Range(0, 20).Select(i => EnterAsync(i)).ToArray();
        Assert.All(waiting, w => Assert.False(w.IsCompleted));

        first.Dispose();
        await Task.WhenAll(waiting);

        Assert.Equal(Enumerable.Range(0, 20), order);

        async Task EnterAsync(int i)
        {
            using var turn = await _gate.EnterAsync(default);
            order.Add(i);
        }
    }

    [Fact]
    public async Task EnterAsync_WhenTheWaiterGivesUp_AdmitsTheNext()
    {
        using var end = new CancellationTokenSource();
        var first = await _gate.EnterAsync(default);
        var gone = _gate.EnterAsync(end.Token);
        var next = _gate.EnterAsync(default);

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        first.Dispose();

        (await next).Dispose();
    }

    [Fact]
    public async Task EnterAsync_WhenTheWaitIsTooLong_SaysThatTheDatabaseIsUnavailable()
    {
        using var impatient = new SqliteWriteGate(_directory.Reserve, TimeSpan.FromMilliseconds(1));
        using var inside = await impatient.EnterAsync(default);

        var busy = await Assert.ThrowsAsync<SqliteException>(() => impatient.EnterAsync(default));

        Assert.Equal(FailureKind.DatabaseUnavailable, EnvironmentFailures.Classify(busy));
    }

    [Theory]
    [InlineData("save")]
    [InlineData("update")]
    [InlineData("transaction")]
    [InlineData("sql")]
    public async Task Context_WhenAnotherWriterIsInside_WaitsWithEveryKindOfWrite(string kind)
    {
        await using var db = Open();
        await using var other = Open();
        var inside = await _gate.EnterAsync(default);

        var write = WriteAsync(db, kind);
        Assert.False(write.IsCompleted);
        Assert.Equal(1, await other.Installations.CountAsync());
        inside.Dispose();
        await write;

        // The gate is free again.
        (await _gate.EnterAsync(default)).Dispose();
    }

    [Fact]
    public async Task Context_WhenAWriteFails_LeavesTheGate()
    {
        await using var db = Open();
        await Assert.ThrowsAsync<SqliteException>(() => db.Database.ExecuteSqlAsync($"UPDATE nothing SET a = 1"));
        db.Installations.Add(Installation.Create(new SplitKey(new byte[SplitKey.Bytes])));
        await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync());

        (await _gate.EnterAsync(default)).Dispose();
    }

    private static Task<int> WriteAsync(SqliteModelOpsDbContext db, string kind)
    {
        switch (kind)
        {
            case "save":
                db.Roles.Add(new Microsoft.AspNetCore.Identity.IdentityRole("x"));
                return db.SaveChangesAsync();
            case "update":
                return db.Records.ExecuteUpdateAsync(r => r.SetProperty(x => x.Age, x => x.Age + 1));
            case "transaction":
                return db.InTransactionAsync(
                    async cancel => await db.Records.ExecuteDeleteAsync(cancel) + await db.SaveChangesAsync(cancel), default);
            default:
                return db.Database.ExecuteSqlAsync($"DELETE FROM labelled_records");
        }
    }

    private SqliteModelOpsDbContext Open() => new(
        new DbContextOptionsBuilder<SqliteModelOpsDbContext>()
            .UseSqlite(PersistenceServices.SqliteConnectionString(_directory.Database))
            .AddInterceptors((IInterceptor)new SqliteWriteInterceptor(_gate)).Options,
        TimeProvider.System,
        _directory,
        _gate);
}
