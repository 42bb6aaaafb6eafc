using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Predictions;
using ModelOps.Application.Records;
using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Features;
using ModelOps.Domain.Predictions;
using ModelOps.Domain.Records;
using ModelOps.TestSupport;
using Moq;

namespace ModelOps.Application.Tests;

public sealed class CountersOnSqliteTests() : CounterTests(Provider.Sqlite);

public sealed class CountersOnPostgreSqlTests() : CounterTests(Provider.PostgreSql);

/// <summary>The counters of records and confirmed predictions say what a fresh count says, whatever happened before.</summary>
public abstract class CounterTests(Provider provider) : IAsyncLifetime
{
    private const string Version = "v20251111_153045";

    private readonly World _world = new(provider);

    public Task InitializeAsync() => _world.InitializeAsync();

    public Task DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Counters_AfterEachKindOfChange_EqualAFreshCount()
    {
        var made = await PredictedAsync(12);
        foreach (var (id, i) in made.Select((id, i) => (id, i)))
        {
            await LabelAsync(id, i);
            await LabelAsync(id, i);
        }

        var records = await RecordsAsync();
        await CorrectAsync(records[0], "P");
        await CorrectAsync(records[0], "P");
        await CorrectAsync(records[1], "Y");
        await _world.SendAsync(new DeleteRecord(records[0]));
        await _world.SendAsync(new DeleteRecord(records[2]));
        await AssertCountedAsync(confirmed: 10, records: 110);

        await _world.SendAsync(new AddRecords(
            [.. Enumerable.Range(0, 9).Select(i => new RecordInput
            {
                HbA1c = 5 + i, Age = 50, Bmi = 27, Gender = "F", Class = Label(i), PatientRef = i < 4 ? "a" : null,
            })],
            null));
        var first = await ImportAsync(30);
        var second = await ImportAsync(20);
        await _world.SendAsync(new DeleteRecord((await _world.SendAsync(
            new ListRecords(null, null, first, null, null, new PageRequest(1)))).Records[0].Id));
        Assert.Equal(4, (await _world.SendAsync(new ForgetPatient("a"))).Deleted);
        await AssertCountedAsync(confirmed: 10, records: 110 + 5 + 29 + 20);

        Assert.Equal(20, (await _world.SendAsync(new WithdrawImport(second))).Deleted);
        await AssertCountedAsync(confirmed: 10, records: 110 + 5 + 29);
        await _world.SendAsync(new SweepImports());
        await _world.SendAsync(new RemoveOldPredictions(1));
        await AssertCountedAsync(confirmed: 10, records: 110 + 5 + 29);
    }

    [Fact]
    public async Task Counters_AfterChangesAtOnce_EqualAFreshCount()
    {
        var made = await PredictedAsync(16);
        await Task.WhenAll(made.Select((id, i) => LabelAsync(id, i)).Concat(made.Select((id, i) => LabelAsync(id, i))));
        await AssertCountedAsync(confirmed: 16, records: 116);

        var records = await RecordsAsync();
        await Task.WhenAll(
            records.SelectMany((id, i) => new[] { CorrectAsync(id, Label(i + 1)), CorrectAsync(id, Label(i + 2)) })
                .Concat(records.Where((_, i) => i % 4 == 0).Select(id => _world.SendAsync(new DeleteRecord(id))))
                .Concat(Enumerable.Range(0, 4).Select(AddAsync)));

        await AssertCountedAsync(confirmed: 12, records: 112 + 4 * 6);

        Task AddAsync(int shift) => _world.SendAsync(new AddRecords(
            [.. Enumerable.Range(0, 6).Select(i =>
                new RecordInput { HbA1c = 5 + i, Age = 50, Bmi = 27, Gender = "F", Class = Label(i + shift) })],
            null));
    }

    /// <summary>An installation of an earlier release has records and confirmed predictions, and no counters.</summary>
    [Fact]
    public async Task Migration_OfAnEarlierInstallation_CountsWhatThereIs()
    {
        foreach (var (id, i) in (await PredictedAsync(7)).Select((id, i) => (id, i)))
        {
            await LabelAsync(id, i);
        }

        await ImportAsync(5);
        await _world.UseAsync(async db =>
        {
            var migrator = ((DbContext)((FaultyDatabase)db).Inner).Database.GetService<IMigrator>();
            await migrator.MigrateAsync("CsvMappings");
            await migrator.MigrateAsync();
            return true;
        });

        await AssertCountedAsync(confirmed: 7, records: 112);
    }

    private static string Label(int i) => "NPY"[i % 3].ToString();

    private async Task AssertCountedAsync(int confirmed, int records)
    {
        await _world.UseAsync(async db =>
        {
            var hidden = await db.Imports.Where(i => i.State != ImportState.Published).Select(i => i.Id).ToListAsync();
            Assert.Equal(
                (await db.Records.Select(r => new { r.ImportId, r.Class }).ToListAsync())
                    .CountBy(r => (r.ImportId ?? RecordCount.NoImport, r.Class)).OrderBy(r => r.Key)
                    .Select(r => (r.Key, (long)r.Value)),
                (await db.RecordCounts.AsNoTracking().Where(c => c.Records != 0).ToListAsync())
                    .Where(c => !hidden.Contains(c.ImportId))
                    .OrderBy(c => (c.ImportId, c.Class)).Select(c => ((c.ImportId, c.Class), c.Records)));
            var outcomes = await db.Predictions.AsNoTracking().Where(p => p.ConfirmedClass != null).ToListAsync();
            Assert.Equal(
                outcomes.CountBy(p => (p.Version, p.ConfirmedClass!.Value, p.Class)).OrderBy(o => o.Key)
                    .Select(o => (o.Key, (long)o.Value)),
                (await db.OutcomeCounts.AsNoTracking().Where(c => c.Predictions != 0).ToListAsync())
                    .OrderBy(c => (c.Version, c.ConfirmedClass, c.Class))
                    .Select(c => ((c.Version, c.ConfirmedClass, c.Class), c.Predictions)));
            Assert.Equal(
                outcomes.GroupBy(p => DateOnly.FromDateTime(p.CreatedAt)).OrderBy(g => g.Key)
                    .Select(g => (g.Key, (long)g.Count(), (long)g.Count(p => p.ConfirmedClass == p.Class))),
                (await db.OutcomeDays.AsNoTracking().Where(d => d.Confirmed != 0).OrderBy(d => d.Day).ToListAsync())
                    .Select(d => (d.Day, d.Confirmed, d.Right)));
            Assert.Equal(confirmed, outcomes.Count);
            return true;
        });
        Assert.Equal(records, (await _world.SendAsync(new GetRecordsSummary())).Labelled);
        Assert.Equal(
            confirmed, (await _world.SendAsync(new GetAccuracyOverTime())).Periods.Sum(p => p.Confirmed));
    }

    /// <summary>Predictions of two versions on the last three days.</summary>
    private async Task<IReadOnlyList<Guid>> PredictedAsync(int count)
    {
        var now = _world.Time.GetUtcNow().UtcDateTime;
        Prediction[] made =
        [
            .. Enumerable.Range(0, count).Select(i => Prediction.Create(
                PredictionIds.Create(now.AddDays(-(i % 3))), new PatientFeatures(4 + 0.1 * i, 50, 27, Gender.F), [0.2, 0.3, 0.5],
                (DiabetesClass)(i / 2 % 3), i % 5 == 0 ? "v20251111_153046" : Version, now.AddDays(-(i % 3)))),
        ];
        await _world.SendAsync(new StorePredictions(made, Again: false));
        return [.. made.Select(p => p.Id)];
    }

    private Task<LabelledPrediction> LabelAsync(Guid id, int i) =>
        _world.SendAsync(new LabelPrediction(id, new ConfirmedLabel { Class = Label(i), Source = "lab" }));

    /// <summary>Corrects a record; does nothing if it was deleted meanwhile.</summary>
    private async Task CorrectAsync(long id, string label)
    {
        try
        {
            await _world.SendAsync(new CorrectRecord(id, new RecordCorrectionInput { Class = label, Reason = "second measurement" }));
        }
        catch (RefusalException refused) when (refused.Code == RecordRefusals.NotFoundCode)
        {
        }
    }

    private Task<List<long>> RecordsAsync() =>
        _world.UseAsync(db => db.Records.Where(r => r.PredictionId != null).OrderBy(r => r.Id).Select(r => r.Id).ToListAsync());

    private async Task<long> ImportAsync(int count)
    {
        await using var scope = _world.Services.CreateAsyncScope();
        var rows = new Mock<IRows>();
        rows.SetupGet(r => r.Header).Returns(new RowsHeader(count, count, new Dictionary<DiabetesClass, long>(), "", KeyId: 0));
        rows.Setup(r => r.Read()).Returns(Enumerable.Range(0, count).Select(i => new CountedRow(
            new LabelledExample(new PatientFeatures(4 + 0.001 * i, 50, 27, Gender.F), (DiabetesClass)(i % 3)), Count: 1, Fold: 0)));
        return await scope.ServiceProvider.GetRequiredService<StagedImport>().RunAsync("a.csv", "ann", rows.Object, default);
    }
}
