using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Records;
using ModelOps.Application.Training;
using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Features;
using ModelOps.Domain.Records;
using ModelOps.TestSupport;

namespace ModelOps.Application.Tests.Records;

public sealed class ImportOnSqliteTests() : ImportTests(Provider.Sqlite);

public sealed class ImportOnPostgreSqlTests() : ImportTests(Provider.PostgreSql);

/// <summary>The world begins with 100 records.</summary>
public abstract class ImportTests(Provider provider) : IAsyncLifetime
{
    private const int Before = 100;
    private const int Imported = 2_500;

    private readonly World _world = new(provider);

    public Task InitializeAsync() => _world.InitializeAsync();

    public Task DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task RunAsync_ShowsAllRecordsToEveryReaderAtOnce()
    {
        var seen = new List<int>();
        await ImportAsync(Rows(row =>
        {
            if (row % 1_000 == 999)
            {
                seen.Add(LabelledAsync().GetAwaiter().GetResult());
                seen.Add(StreamedAsync().GetAwaiter().GetResult());
            }
        }));

        Assert.Equal([Before, Before, Before, Before], seen);
        Assert.Equal(Before + Imported, await LabelledAsync());
        Assert.Equal(Before + Imported, await StreamedAsync());
        Assert.Equal(Before + Imported, await _world.UseAsync(db => db.Records.CountAsync()));
        var import = Assert.Single(await ImportsAsync());
        Assert.Equal(
            ("a.csv", "ann", Imported, ImportState.Published, null),
            (import.FileName, import.CreatedBy, import.Records, import.State, import.LeaseUntil));
    }

    [Fact]
    public async Task RunAsync_WhenItFailsInTheMiddle_ShowsNothingAndTheSweepRemovesIt()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() =>
            ImportAsync(Rows(row => _ = row < 2_100 ? row : throw new InvalidDataException("The file was altered."))));

        Assert.Equal(Before, await LabelledAsync());
        Assert.Equal(Before + 2_000, await StoredAsync());
        Assert.Equal(ImportState.Abandoned, Assert.Single(await ImportsAsync()).State);

        await _world.SendAsync(new SweepImports());

        Assert.Equal(Before, await StoredAsync());
        Assert.Empty(await ImportsAsync());
    }

    [Fact]
    public async Task RunAsync_WhenItWasTakenForAbandoned_IsRefusedAndLeavesNothing()
    {
        var refused = await Assert.ThrowsAsync<RefusalException>(() => ImportAsync(Rows(row =>
        {
            if (row == 1_500)
            {
                ExpireAsync().GetAwaiter().GetResult();
                _world.SendAsync(new SweepImports()).GetAwaiter().GetResult();
            }
        })));

        Assert.Equal((RefusalKind.Unavailable, "import_interrupted"), (refused.Kind, refused.Code));
        await _world.SendAsync(new SweepImports());
        Assert.Equal(Before, await StoredAsync());
        Assert.Empty(await ImportsAsync());
    }

    [Fact]
    public async Task SweepImports_LeavesALivingImportAlone()
    {
        await ImportAsync(Rows(row =>
        {
            if (row == 1_500)
            {
                _world.SendAsync(new SweepImports()).GetAwaiter().GetResult();
            }
        }));

        Assert.Equal(Before + Imported, await LabelledAsync());
    }

    [Fact]
    public async Task SweepImports_OnlyMark_AbandonsEveryUnpublishedImportAndKeepsThePublishedOnes()
    {
        await ImportAsync(Rows(_ => { }));
        await _world.UseAsync(async db =>
        {
            db.Imports.Add(RecordImport.Start("b.csv", "ann", await db.UtcNowAsync(default), TimeSpan.FromHours(1)));
            return await db.SaveChangesAsync(default);
        });

        await _world.SendAsync(new SweepImports(OnlyMark: true));
        Assert.Equal([ImportState.Published, ImportState.Abandoned], (await ImportsAsync()).Select(i => i.State));

        await _world.SendAsync(new SweepImports());
        Assert.Equal(ImportState.Published, Assert.Single(await ImportsAsync()).State);
        Assert.Equal(Before + Imported, await LabelledAsync());
    }

    [Fact]
    public async Task Withdraw_HidesAllRecordsAtOnceAndTheSweepRemovesThem()
    {
        var id = await ImportAsync(Rows(_ => { }));
        var other = await ImportAsync(Rows(_ => { }));

        var answer = await _world.SendAsync(new WithdrawImport(id));

        Assert.Equal(Imported, answer.Deleted);
        Assert.Equal(Before + Imported, await LabelledAsync());
        Assert.Equal(Before + Imported, await StreamedAsync());
        Assert.Equal(Before + (2 * Imported), await StoredAsync());
        Assert.Equal([other], (await _world.SendAsync(new ListImports(new PageRequest()))).Imports.Select(i => i.Id));
        Assert.Empty((await _world.SendAsync(new ListRecords(null, null, id, null, null, new PageRequest()))).Records);

        await _world.SendAsync(new SweepImports());
        await _world.SendAsync(new SweepImports());

        Assert.Equal(Before + Imported, await StoredAsync());
        Assert.Equal([ImportState.Removed, ImportState.Published], (await ImportsAsync()).Select(i => i.State));
        Assert.Equal(answer, await _world.SendAsync(new WithdrawImport(id)));
    }

    [Fact]
    public async Task Withdraw_ByManyAtOnce_AnswersAlikeAndKnowsTheFirst()
    {
        var id = await ImportAsync(Rows(_ => { }));

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _world.SendAsync(new WithdrawImport(id))));

        Assert.All(answers, a => Assert.Equal(Imported, a.Deleted));
        var import = Assert.Single(await ImportsAsync());
        Assert.Equal((ImportState.Withdrawn, Imported, "system"), (import.State, import.Records, import.WithdrawnBy));
        Assert.NotNull(import.WithdrawnAt);
    }

    [Fact]
    public async Task Withdraw_WhileATrainingReads_DoesNotDisturbIt()
    {
        var id = await ImportAsync(Rows(_ => { }));

        var read = await _world.UseAsync(async db =>
        {
            var rows = 0;
            await foreach (var _ in db.StreamRecordsAsync(default))
            {
                if (rows++ == 10)
                {
                    await _world.SendAsync(new WithdrawImport(id));
                    await _world.SendAsync(new SweepImports());
                }
            }

            return rows;
        });

        Assert.Equal(Before + Imported, read);
        Assert.Equal(Before, await StreamedAsync());
    }

    [Fact]
    public async Task Withdraw_OfAnImportThatIsNotPublished_IsNotFound()
    {
        await ImportAsync(Rows(row =>
        {
            if (row == 1_500)
            {
                var id = ImportsAsync().GetAwaiter().GetResult().Single().Id;
                var refused = Assert.Throws<RefusalException>(() => _world.SendAsync(new WithdrawImport(id)).GetAwaiter().GetResult());
                Assert.Equal("import_not_found", refused.Code);
                Assert.Throws<RefusalException>(() => _world.SendAsync(new GetImport(id)).GetAwaiter().GetResult());
            }
        }));

        Assert.Equal(Before + Imported, await LabelledAsync());
        await Assert.ThrowsAsync<RefusalException>(() => _world.SendAsync(new WithdrawImport(long.MaxValue)));
    }

    [Fact]
    public async Task GetImport_SaysWhatAWithdrawalTakesOut()
    {
        var id = await ImportAsync(Rows(_ => { }));
        var deleted = (await _world.SendAsync(new ListRecords("N", null, id, null, null, new PageRequest(1)))).Records[0].Id;
        await _world.SendAsync(new DeleteRecord(deleted));

        var import = await _world.SendAsync(new GetImport(id));

        Assert.Equal(("a.csv", Imported - 1, "ann"), (import.Filename, import.Records, import.CreatedBy));
        Assert.Equal([833, 833, 833], DiabetesClasses.All.Select(c => import.ClassCounts[c]));
        Assert.Equal(Imported - 1, Assert.Single((await _world.SendAsync(new ListImports(new PageRequest()))).Imports).Records);
        Assert.Equal(Imported - 1, (await _world.SendAsync(new WithdrawImport(id))).Deleted);
    }

    private async Task<long> ImportAsync(IRows rows)
    {
        await using var scope = _world.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<StagedImport>().RunAsync("a.csv", "ann", rows, default);
    }

    private Task<int> ExpireAsync() => _world.UseAsync(db =>
        db.Imports.ExecuteUpdateAsync(i => i.SetProperty(x => x.LeaseUntil, x => x.CreatedAt)));

    private async Task<int> LabelledAsync() => (await _world.SendAsync(new GetRecordsSummary())).Labelled;

    private Task<int> StreamedAsync() => _world.UseAsync(async db =>
    {
        var rows = 0;
        await foreach (var _ in db.StreamRecordsAsync(default))
        {
            rows++;
        }

        return rows;
    });

    private Task<int> StoredAsync() => _world.UseAsync(db => db.StoredRecords.CountAsync());

    private Task<List<RecordImport>> ImportsAsync() => _world.UseAsync(db => db.Imports.AsNoTracking().OrderBy(i => i.Id).ToListAsync());

    /// <param name="before">Called with the number of each row before it is read.</param>
    private static MadeRows Rows(Action<int> before) => new(before);

    private sealed class MadeRows(Action<int> before) : IRows
    {
        public RowsHeader Header { get; } = new(Imported, Imported, new Dictionary<DiabetesClass, long>(), "", KeyId: 0);

        public IEnumerable<CountedRow> Read() => Enumerable.Range(0, Imported).Select(i =>
        {
            before(i);
            return new CountedRow(
                new LabelledExample(new PatientFeatures(4 + (0.001 * i), 50, 27, Gender.F), (DiabetesClass)(i % 3)), Count: 1, Fold: 0);
        });

        public Stream Open() => throw new NotSupportedException("These rows exist only as they are read.");

        public void Dispose()
        {
        }
    }
}
