using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Application.Predictions;
using ModelOps.Application.Records;
using ModelOps.Application.Training;
using ModelOps.Domain;
using ModelOps.Domain.Features;
using ModelOps.Domain.Predictions;
using ModelOps.Domain.Records;
using ModelOps.Domain.Training;
using ModelOps.TestSupport;

namespace ModelOps.Application.Tests.Records;

public sealed class RecordOnSqliteTests() : RecordTests(Provider.Sqlite);

public sealed class RecordOnPostgreSqlTests() : RecordTests(Provider.PostgreSql);

/// <summary>Copies, corrections and deletions.</summary>
public abstract class RecordTests(Provider provider) : IAsyncLifetime
{
    private readonly World _world = new(provider);

    public Task InitializeAsync() => _world.InitializeAsync();

    public Task DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Minimum_CountsDistinctRecords()
    {
        await _world.UseAsync(async db => await db.Records.ExecuteDeleteAsync() + await db.RecordCounts.ExecuteDeleteAsync());
        await AddAsync(5);
        Assert.Equal(5, (await AddAsync(5)).AlreadyKnown);
        var copies = await _world.SendAsync(new GetRecordsSummary());
        var refused = await Assert.ThrowsAsync<RefusalException>(() => _world.SendAsync(new PreviewTraining(true, null)));
        var job = await _world.AddJobAsync();
        await _world.SendAsync(new RunTraining(job));
        var added = await AddAsync(10);

        Assert.Equal((10, 5, false), (copies.Labelled, copies.Distinct, copies.Enough));
        Assert.Equal("not_enough_records", refused.Code);
        Assert.Contains("there are 5", refused.Message, StringComparison.Ordinal);
        Assert.Equal("not_enough_records", (await _world.JobAsync(job)).ErrorCode);
        Assert.Equal((10, 5), (added.Created, added.AlreadyKnown));
        Assert.True((await _world.SendAsync(new GetRecordsSummary())).Enough);
        Assert.Equal(20, (await _world.SendAsync(new PreviewTraining(true, null))).Rows);
    }

    [Fact]
    public async Task FindKnown_ComparesEveryColumn()
    {
        await AddAsync(1);
        var row = Rows(1)[0].ToExample();
        LabelledExample[] others =
        [
            row with { Class = DiabetesClass.Diabetes },
            row with { Features = row.Features with { Gender = Gender.M } },
            row with { Features = row.Features with { HbA1c = 4.0000001 } },
            row with { Features = row.Features with { Age = 51 } },
            row with { Features = row.Features with { Bmi = 28 } },
        ];

        var known = await _world.UseAsync(db => db.FindKnownAsync([others[0], row, .. others[1..], row], default));

        Assert.Equal([false, true, false, false, false, false, true], known);
    }

    [Fact]
    public async Task Correct_ByManyAtOnce_KeepsEveryCorrection()
    {
        await AddAsync(1);
        var id = await NewestAsync();

        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => CorrectAsync(id, "NPY"[i % 3].ToString(), $"reason {i}")));

        var record = await _world.SendAsync(new GetRecord(id));
        DiabetesClass[] chain = [.. record.Corrections.Reverse().Select(c => c.To)];
        Assert.InRange(chain.Length, 2, 12);
        Assert.Equal([DiabetesClass.Negative, .. chain[..^1]], record.Corrections.Reverse().Select(c => c.From));
        Assert.Equal(record.Class, chain[^1]);
        Assert.Equal(chain.Length, record.Corrections.Select(c => c.Reason).Distinct().Count());
    }

    [Fact]
    public async Task Correct_WithTheSameClass_ChangesNothing()
    {
        await AddAsync(1);
        var id = await NewestAsync();

        var record = await CorrectAsync(id, "Negative", "again");

        Assert.Empty(record.Corrections);
        Assert.Null(record.CorrectedAt);
    }

    [Fact]
    public async Task CorrectAndDelete_AtOnce_LeaveNothing()
    {
        for (var i = 0; i < 10; i++)
        {
            await AddAsync(1);
            var id = await NewestAsync();

            var correcting = Record.ExceptionAsync(() => CorrectAsync(id, "Y", "other"));
            await Task.WhenAll(correcting, _world.SendAsync(new DeleteRecord(id)));

            Assert.True(await correcting is null or RefusalException { Code: RecordRefusals.NotFoundCode });
            Assert.Equal(0, await _world.UseAsync(db => db.Records.CountAsync(r => r.Id == id)));
            Assert.Equal(0, await _world.UseAsync(db => db.Corrections.CountAsync()));
        }
    }

    [Fact]
    public async Task Record_OfAPrediction_CorrectsAndWithdrawsItsOutcome()
    {
        var prediction = Prediction.Create(
            Guid.CreateVersion7(), Rows(1)[0].ToExample().Features, [0.5, 0.3, 0.2], DiabetesClass.Negative, "v20251111_153045",
            World.Created);
        await _world.UseAsync(db =>
        {
            db.Predictions.Add(prediction);
            return db.SaveChangesAsync(default);
        });
        var label = new LabelPrediction(prediction.Id, new ConfirmedLabel { Class = "N", Source = "lab" });
        await _world.SendAsync(label);
        var id = await NewestAsync();

        await CorrectAsync(id, "Y", "second measurement");
        var corrected = await StoredAsync();
        var refused = await Assert.ThrowsAsync<RefusalException>(() => _world.SendAsync(label));
        await _world.SendAsync(new DeleteRecord(id));
        var withdrawn = await StoredAsync();
        await _world.SendAsync(label);

        Assert.Equal((DiabetesClass.Diabetes, LabelSource.Lab), (corrected.ConfirmedClass, corrected.ConfirmedSource));
        Assert.Equal("already_labelled", refused.Code);
        Assert.Equal((null, null, null, null),
            (withdrawn.ConfirmedClass, withdrawn.ConfirmedSource, withdrawn.ConfirmedAt, withdrawn.ConfirmedBy));
        Assert.Equal(DiabetesClass.Negative, (await StoredAsync()).ConfirmedClass);
        Assert.NotEqual(id, await NewestAsync());

        Task<Prediction> StoredAsync() => _world.UseAsync(db => db.Predictions.AsNoTracking().SingleAsync(p => p.Id == prediction.Id));
    }

    [Fact]
    public async Task Deleted_OrUnknown_IsNotFound()
    {
        await AddAsync(1);
        var id = await NewestAsync();
        await _world.SendAsync(new DeleteRecord(id));

        foreach (var unknown in new[] { id, 0, long.MaxValue })
        {
            Assert.Equal("record_not_found", await CodeOfAsync(() => _world.SendAsync(new GetRecord(unknown))));
            Assert.Equal("record_not_found", await CodeOfAsync(() => _world.SendAsync(new DeleteRecord(unknown))));
            Assert.Equal("record_not_found", await CodeOfAsync(() => CorrectAsync(unknown, "Y", "other")));
        }
    }

    private static async Task<string> CodeOfAsync(Func<Task> refused) => (await Assert.ThrowsAsync<RefusalException>(refused)).Code;

    private Task<RecordsAdded> AddAsync(int count) => _world.SendAsync(new AddRecords(Rows(count), null));

    private Task<RecordDetail> CorrectAsync(long id, string diagnosis, string reason) =>
        _world.SendAsync(new CorrectRecord(id, new RecordCorrectionInput { Class = diagnosis, Reason = reason }));

    private async Task<long> NewestAsync() =>
        (await _world.SendAsync(new ListRecords(null, null, null, null, null, new PageRequest(1)))).Records[0].Id;

    private static RecordInput[] Rows(int count) => [.. Enumerable.Range(0, count).Select(i =>
        new RecordInput { HbA1c = 4 + i, Age = 50, Bmi = 27, Gender = "F", Class = i % 2 == 0 ? "N" : "P" })];
}
