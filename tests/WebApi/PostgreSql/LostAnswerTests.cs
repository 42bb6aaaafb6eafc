using System.Data.Common;
using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.TestSupport;
using Npgsql;

namespace ModelOps.WebApi.Tests.PostgreSql;

/// <summary>How a commit ends badly.</summary>
public enum CommitFault
{
    /// <summary>It took place, and the connection failed before its answer came.</summary>
    AnswerLost,

    /// <summary>The server ended the connection before it took place.</summary>
    ConnectionEnded,
}

/// <summary>Whatever becomes of the connection in a commit, what was asked for happens once.</summary>
public sealed class LostAnswerTests : IClassFixture<FaultyCommitsFixture>
{
    private readonly FaultyCommitsFixture _service;

    public LostAnswerTests(FaultyCommitsFixture service) => _service = service.Required();

    public static TheoryData<CommitFault> Faults { get; } = new(CommitFault.AnswerLost, CommitFault.ConnectionEnded);

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Records_AreAddedOnce(CommitFault fault)
    {
        var before = await RecordsAsync();

        using var response = await DuringAsync(fault, () =>
            _service.Admin.PostTextAsync("/records", $"[{Api.Record(5, "N")}, {Api.Record(9, "Y")}]"));

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(before + 2, await RecordsAsync());
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Records_AreImportedOnce(CommitFault fault)
    {
        var before = await RecordsAsync();
        var csv = System.Text.Encoding.UTF8.GetBytes(Api.Sample(50));

        using var response = await DuringAsync(fault, () => _service.Admin.UploadAsync(Api.NewName(), csv, address: "/records/import"));

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(before + 50, await RecordsAsync());
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Dataset_IsThereOnceAndWhole(CommitFault fault)
    {
        var name = Api.NewName();

        using var response = await DuringAsync(fault, () => _service.Admin.UploadAsync(name, Api.Sample(60)));

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Single(Directory.GetFiles(Path.Combine(_service.DataDirectory, "datasets"), $"*-{name}"));
        await _service.Admin.TrainAsync(name);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Retraining_IsOneJob(CommitFault fault)
    {
        var before = await CountAsync("training_jobs");

        using var response = await DuringAsync(
            fault, () => _service.Admin.PostAsJsonAsync("/model/retrain",
                new { use_database = false, dataset_name = _service.Dataset, epochs = 1, hidden_size = 4 }));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        await _service.Admin.WaitForAsync((await response.JsonAsync()).GetProperty("job_id").GetString()!, "succeeded");
        Assert.Equal(before + 1, await CountAsync("training_jobs"));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Rollback_GoesBackOneStep(CommitFault fault)
    {
        foreach (var version in _service.Versions)
        {
            await _service.Admin.ActivateAsync(version);
        }

        var before = await CountAsync("activations");
        using var response = await DuringAsync(fault, () => _service.Admin.PostAsJsonAsync("/model/rollback", new { }));

        Assert.Equal(_service.Versions[1], (await response.JsonAsync()).GetProperty("active_version").GetString());
        Assert.Equal(_service.Versions[1], (await _service.Admin.JsonAsync("/model/active")).GetProperty("version").GetString());
        Assert.Equal(before + 1, await CountAsync("activations"));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Deletion_IsAnsweredAsDone(CommitFault fault)
    {
        var version = await _service.Admin.TrainAsync(_service.Dataset, seed: 9);

        using var response = await DuringAsync(fault, () => _service.Admin.DeleteAsync($"/model/version/{version}"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(Directory.Exists(Path.Combine(_service.DataDirectory, "versions", version)));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task User_IsCreatedOnce(CommitFault fault)
    {
        var email = $"{Guid.NewGuid():N}@example.org";

        using var response = await DuringAsync(
            fault, () => _service.Admin.PostAsJsonAsync("/users", new { email, password = ServiceFixture.UserPassword, role = "USER" }));

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.NotEmpty((await _service.LoginAsync(email, ServiceFixture.UserPassword)).AccessToken);
    }

    private async Task<HttpResponseMessage> DuringAsync(CommitFault fault, Func<Task<HttpResponseMessage>> request)
    {
        _service.Commits.Arm(fault);
        var response = await request();
        Assert.False(_service.Commits.IsArmed, "The request committed nothing.");
        return response;
    }

    private async Task<int> RecordsAsync() => (await _service.Admin.JsonAsync("/records/summary")).GetProperty("records").GetInt32();

    private async Task<long> CountAsync(string table) =>
        (long)(await (await PostgresCluster.SharedAsync())
            .ExecuteAsync($"SELECT count(*) FROM {table}", _service.Settings["ConnectionStrings:ModelOps"]))!;
}

/// <summary>A service whose next commit fails when a test wants it to.</summary>
public sealed class FaultyCommitsFixture() : ModelsFixture(Provider.PostgreSql)
{
    internal FaultyCommits Commits { get; } = new();

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.ConfigureTestServices(services => services.AddSingleton<IInterceptor>(Commits));
    }
}

internal sealed class FaultyCommits : DbTransactionInterceptor
{
    private CommitFault? _armed;

    public bool IsArmed => _armed is not null;

    public void Arm(CommitFault fault) => _armed = fault;

    public override async ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        if (_armed == CommitFault.ConnectionEnded)
        {
            _armed = null;
            var backend = ((NpgsqlConnection)transaction.Connection!).ProcessID;
            Assert.Equal(true, await (await PostgresCluster.SharedAsync()).ExecuteAsync($"SELECT pg_terminate_backend({backend}, 10000)"));
        }

        return result;
    }

    public override Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        if (_armed == CommitFault.AnswerLost)
        {
            _armed = null;
            throw new NpgsqlException("The answer was lost.", new IOException());
        }

        return Task.CompletedTask;
    }
}
