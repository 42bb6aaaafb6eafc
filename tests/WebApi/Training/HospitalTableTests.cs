using System.Diagnostics;
using System.Net;
using System.Text.Json;
using ModelOps.TestSupport;
using Npgsql;

namespace ModelOps.WebApi.Tests.Training;

public sealed class HospitalTableOnSqliteTests(HospitalTableFixture hospital) : HospitalTableTests(hospital, Provider.Sqlite);

public sealed class HospitalTableOnPostgreSqlTests(HospitalTableFixture hospital) : HospitalTableTests(hospital, Provider.PostgreSql);

/// <summary>A cluster that isn't the service's own.</summary>
public sealed class HospitalTableFixture : IAsyncLifetime
{
    /// <summary>HbA1c in mmol/mol, men and women as V and M, and every hundredth row without an age.</summary>
    private const string Rows = """
        SELECT 30 + (i * 37 % 70) AS hba1c_ifcc, CASE WHEN i % 100 = 0 THEN NULL ELSE (20 + i * 29 % 61)::numeric END AS edad,
            18 + (i * 53 % 970) * 0.02 AS bmi, CASE WHEN i % 2 = 0 THEN 'V' ELSE 'M' END AS sexo,
            CASE WHEN 30 + (i * 37 % 70) < 39 THEN 'N' WHEN 30 + (i * 37 % 70) < 48 THEN 'P' ELSE 'Y' END AS class,
            'NHC' || (i / 3) AS nhc, 'untold' AS other
        FROM generate_series(1, {0}) AS i
        """;

    public PostgresCluster Cluster { get; private set; } = null!;

    public string ConnectionString { get; private set; } = "";

    public async Task InitializeAsync()
    {
        if (PostgresCluster.Missing is not null)
        {
            return;
        }

        Cluster = await PostgresCluster.StartNewAsync();
        ConnectionString = await Cluster.CreateDatabaseAsync();
        await Cluster.ExecuteAsync($"CREATE TABLE lab AS {Rows.Replace("{0}", "400", StringComparison.Ordinal)}", ConnectionString);
        await Cluster.ExecuteAsync($"CREATE TABLE large AS {Rows.Replace("{0}", "100000", StringComparison.Ordinal)}", ConnectionString);
        await Cluster.ExecuteAsync(
            """
            CREATE TABLE written (n int);
            CREATE FUNCTION writes() RETURNS int LANGUAGE sql AS 'INSERT INTO written VALUES (1) RETURNING n'
            """,
            ConnectionString);
    }

    public async Task DisposeAsync()
    {
        if (Cluster is not null)
        {
            await Cluster.DisposeAsync();
        }
    }

    public (string, string)[] Settings(string query, string? connectionString = null, params (string, string)[] more) =>
    [
        ("ModelOps:Source:ConnectionString", connectionString ?? ConnectionString),
        ("ModelOps:Source:Query", query),
        ("ModelOps:Source:Columns:HbA1c", "hba1c_ifcc"),
        ("ModelOps:Source:Columns:HbA1c:Unit", "mmol/mol"),
        ("ModelOps:Source:Columns:Age", "edad"),
        ("ModelOps:Source:Columns:Gender", "sexo"),
        ("ModelOps:Source:Columns:Gender:Codes:V", "M"),
        ("ModelOps:Source:Columns:Gender:Codes:M", "F"),
        ("ModelOps:Source:Columns:patient_ref", "nhc"),
        .. more,
    ];
}

/// <summary>Trainings that read a table of a second, real cluster.</summary>
public abstract class HospitalTableTests(HospitalTableFixture hospital, Provider provider) : IClassFixture<HospitalTableFixture>
{
    [Fact]
    public async Task Training_OnTheDatabase_ReadsTheTableAndSaysWhatWasLeftOut()
    {
        await using var service = await StartAsync("SELECT * FROM lab;");
        using var admin = await service.AdminAsync();
        var summary = await admin.JsonAsync("/records/summary");
        Assert.Equal((0, true, true), (
            summary.GetProperty("labelled").GetInt32(), summary.GetProperty("enough").GetBoolean(),
            summary.GetProperty("reads_source").GetBoolean()));

        var job = await EndAsync(admin, "succeeded");

        var data = job.GetProperty("data");
        Assert.Equal("database+source", data.GetProperty("source").GetString());
        Assert.Equal(396, data.GetProperty("rows").GetInt32());
        var table = data.GetProperty("from_source");
        Shape.Is(table, "rows:number rejected:number problems:array");
        Assert.Equal((396, 4), (table.GetProperty("rows").GetInt32(), table.GetProperty("rejected").GetInt32()));
        var problem = Assert.Single(table.GetProperty("problems").EnumerateArray());
        Assert.Equal(("AGE", 4), (problem.GetProperty("column").GetString(), problem.GetProperty("rows").GetInt32()));
        var version = await admin.JsonAsync($"/model/versions/{job.GetProperty("version").GetString()}");
        Assert.Equal("database+source", version.GetProperty("data").GetProperty("source").GetString());
        Assert.Equal(0, (await admin.JsonAsync("/records/summary")).GetProperty("labelled").GetInt32());
    }

    [Fact]
    public async Task Training_OnADataset_ReadsNoTable()
    {
        await using var service = await StartAsync("SELECT * FROM nothing");
        using var admin = await service.AdminAsync();

        var job = await admin.WaitForAsync(await admin.QueueAsync(await admin.SampleDatasetAsync()), "succeeded");

        Assert.Equal(JsonValueKind.Null, job.GetProperty("data").GetProperty("from_source").ValueKind);
    }

    [Theory]
    [InlineData("SELECT * FROM nothing", "42P01")]
    [InlineData("SELEC", "42601")]
    [InlineData("SELECT 1; DROP TABLE lab", "42601")]
    [InlineData("WITH gone AS (DELETE FROM lab RETURNING *) SELECT * FROM gone", "0A000")]
    [InlineData("SELECT *, writes() FROM lab", "to change")]
    [InlineData("SELECT edad, bmi, sexo, class FROM lab", "HbA1c.header")]
    [InlineData("SELECT 'x' AS hba1c_ifcc, edad, bmi, sexo, class, nhc FROM lab", "HbA1c")]
    [InlineData("SELECT ARRAY[1.5] AS hba1c_ifcc, edad, bmi, sexo, class, nhc FROM lab", "HbA1c")]
    [InlineData("SELECT * FROM lab WHERE false", "no row")]
    public async Task Training_WhenTheQueryIsWrong_FailsWithItsReasonAndChangesNothing(string query, string reason)
    {
        await using var service = await StartAsync(query);
        using var admin = await service.AdminAsync();

        var job = await EndAsync(admin, "failed");

        AssertError(job, "source_invalid", reason);
        Assert.Equal(400L, await hospital.Cluster.ExecuteAsync("SELECT count(*) FROM lab", hospital.ConnectionString));
        Assert.Equal(0L, await hospital.Cluster.ExecuteAsync("SELECT count(*) FROM written", hospital.ConnectionString));
        Assert.Empty((await admin.JsonAsync("/model/versions")).GetProperty("models").EnumerateArray());
    }

    [Fact]
    public async Task Training_WhenTheDatabaseIsDown_FailsAndTheNextOneSucceeds()
    {
        await using var own = await PostgresCluster.StartNewAsync();
        var connection = await own.CreateDatabaseAsync();
        await own.ExecuteAsync("CREATE TABLE lab AS SELECT 5.0 + i * 0.1 AS hba1c_ifcc, 20 + i AS edad, 25.0 AS bmi, 'V' AS sexo, "
            + "CASE WHEN i < 10 THEN 'N' ELSE 'Y' END AS class, 'n' || i AS nhc FROM generate_series(1, 30) AS i", connection);
        await using var service = await ServiceFixture.StartAsync(
            provider, hospital.Settings("SELECT * FROM lab", connection, ("ModelOps:Source:Columns:HbA1c:Unit", "%")));
        using var admin = await service.AdminAsync();
        await own.StopAsync();

        AssertError(await EndAsync(admin, "failed"), "source_unavailable", "reached");
        await own.StartAsync();
        await EndAsync(admin, "succeeded");
    }

    [Fact]
    public async Task Training_WhenTheQueryIsSlow_FailsAfterTheLimit()
    {
        await using var service = await StartAsync("SELECT lab.* FROM lab, pg_sleep(30)", null, ("ModelOps:Source:TimeoutSeconds", "1"));
        using var admin = await service.AdminAsync();
        var clock = Stopwatch.StartNew();

        AssertError(await EndAsync(admin, "failed"), "source_unavailable", "within 1 s");

        Assert.InRange(clock.Elapsed.TotalSeconds, 1, 25);
    }

    [Fact]
    public async Task Training_WithWaiting_AnswersTheProblem()
    {
        var wrong = new NpgsqlConnectionStringBuilder(hospital.ConnectionString) { Password = "a-secret-that-is-wrong" };
        await using var service = await StartAsync("SELECT * FROM lab", wrong.ConnectionString);
        using var admin = await service.AdminAsync();

        using var response = await admin.PostTextAsync("/model/retrain", "{}", ("Prefer", "wait=60"));

        var problem = await response.ProblemAsync(503, "source_unavailable");
        Assert.DoesNotContain("a-secret", problem.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("99999", "failed")]
    [InlineData("100000", "succeeded")]
    public async Task Training_OnALargeTable_KeepsToTheLimitOfRows(string limit, string status)
    {
        await using var service = await StartAsync("SELECT * FROM large", null, ("ModelOps:Source:MaxRows", limit));
        using var admin = await service.AdminAsync();

        var job = await EndAsync(admin, status, batch: 4_096);

        if (status == "failed")
        {
            AssertError(job, "source_invalid", "99,999");
        }
        else
        {
            Assert.Equal(99_000, job.GetProperty("data").GetProperty("from_source").GetProperty("rows").GetInt32());
        }

        Assert.Empty(Directory.GetFiles(Path.Combine(service.Settings["ModelOps:DataDirectory"]!, "staging")));
    }

    private Task<ServiceFixture> StartAsync(string query, string? connection = null, params (string, string)[] more)
    {
        PostgresCluster.Require();
        return ServiceFixture.StartAsync(provider, hospital.Settings(query, connection, more));
    }

    private static async Task<JsonElement> EndAsync(HttpClient admin, string status, int batch = 64)
    {
        using var response = await admin.PostTextAsync("/model/retrain", $$"""{"epochs": 1, "hidden_size": 4, "batch_size": {{batch}}}""");
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return await admin.WaitForAsync((await response.JsonAsync()).GetProperty("job_id").GetString()!, status);
    }

    private static void AssertError(JsonElement job, string code, string reason)
    {
        var error = job.GetProperty("error");
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Contains(reason, error.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }
}
