using System.Text.Json;
using ModelOps.Faults.Tests.History;

namespace ModelOps.Faults.Tests.Checking;

/// <summary>A checker that can't fail proves nothing: each promise is broken here once, in an otherwise good history.</summary>
public sealed class CheckerTests
{
    private const string V1 = "v20260101_000001";
    private const string V2 = "v20260101_000002";

    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly Recorder _history = new();

    private FinalState _state = new(
        [new JobState("job-1", "succeeded", V1, 1, null), new JobState("job-2", "succeeded", V2, 2, null),
            new JobState("job-3", "failed", null, 3, "worker_crashed")],
        [new VersionState(V1, "job-1", false, null), new VersionState(V2, "job-2", true, null)],
        [new ActivationState(1, At(10), null, V1, "tag-1"), new ActivationState(2, At(20), V1, V2, "tag-2")],
        V2,
        new Dictionary<string, string> { ["a.csv"] = "hash" },
        7,
        [V1, V2],
        ["a.csv"],
        []);

    public CheckerTests()
    {
        Asked(Operation.Retrain, 1, 202, """{"job_id": "job-1"}""", subject: "key-1");
        Asked(Operation.Retrain, 1, null, null, subject: "key-2");
        Asked(Operation.Retrain, 2, 202, """{"job_id": "job-2"}""", subject: "key-2");
        Asked(Operation.Retrain, 2, 202, """{"job_id": "job-2"}""", subject: "key-2");
        Asked(Operation.Retrain, 2, 202, """{"job_id": "job-3"}""", subject: "key-3");
        Asked(Operation.ReadJob, 9, 200, """{"status": "succeeded"}""", subject: "job-1");
        Asked(Operation.Activate, 10, 200, $$"""{"active_version": "{{V1}}", "message": "{{V1}} is in service now."}""", subject: V1, tag: "tag-1");
        Asked(Operation.Activate, 20, 200, $$"""{"active_version": "{{V2}}", "message": "{{V2}} is in service now."}""", subject: V2, tag: "tag-2");
        Asked(Operation.Activate, 21, 409, """{"code": "active_model_changed"}""", subject: V1, tag: "tag-3");
        Asked(Operation.Predict, 15, 200, $$"""{"version": "{{V1}}"}""");
        Asked(Operation.Predict, 21, 200, $$"""{"version": "{{V1}}"}""", replica: "api2");
        Asked(Operation.Predict, 25, 200, $$"""{"version": "{{V2}}"}""");
        Asked(Operation.Upload, 3, 201, """{"sha256": "hash"}""", subject: "a.csv");
        Asked(Operation.AddRecords, 4, null, null, subject: "key-4", amount: 2);
        Asked(Operation.AddRecords, 5, 201, """{"created": 2}""", subject: "key-4", amount: 2);
    }

    [Fact]
    public void Violations_OfAGoodHistory_AreNone() => Assert.Empty(Violations());

    [Fact]
    public void Violations_WhenAnAcceptedJobIsGone_NameIt()
    {
        _state = _state with { Jobs = [.. _state.Jobs.Where(j => j.Id != "job-3")] };
        Expect("the accepted job job-3 is lost");
        Assert.Equal(1, new Checker(_history, _state, 5).LostJobs());
    }

    [Fact]
    public void Violations_WhenAJobNeverEnds_NameIt()
    {
        Change(j => j.Id == "job-3" ? j with { Status = "running" } : j);
        Expect("the job job-3 never ended, it is running");
    }

    [Fact]
    public void Violations_WhenAJobEndedInTwoWays_NameIt()
    {
        Asked(Operation.ReadJob, 30, 200, """{"status": "succeeded"}""", subject: "job-3");
        Expect("the job job-3 ended twice, as succeeded and as failed");
    }

    [Fact]
    public void Violations_WhenAKeyMadeTwoJobs_NameIt()
    {
        Asked(Operation.Retrain, 3, 202, """{"job_id": "job-3"}""", subject: "key-2");
        Expect("the key key-2 made 2 jobs");
    }

    [Fact]
    public void Violations_WhenAJobHasTwoVersions_NameIt()
    {
        const string second = "v20260101_000003";
        _state = _state with { Versions = [.. _state.Versions, new VersionState(second, "job-1", false, null)], VersionFolders =
            [V1, V2, second] };
        Expect("the job job-1 has 2 versions");
    }

    [Fact]
    public void Violations_WhenAVersionIsDamaged_NameIt()
    {
        _state = _state with { Versions = [_state.Versions[0] with { Damage = "model.safetensors has other bytes than listed" }, _state.Versions[1]] };
        Expect($"{V1} doesn't verify: model.safetensors has other bytes than listed");
    }

    [Fact]
    public void Violations_WhenASucceededJobHasNoVersion_NameIt()
    {
        _state = _state with { Versions = [_state.Versions[1]], VersionFolders = [V2] };
        Expect($"the version {V1} of the job job-1 is lost");
    }

    [Fact]
    public void Violations_WhenItsVersionWasDeleted_AreNone()
    {
        Asked(Operation.DeleteVersion, 30, 200, "{}", subject: V1);
        _state = _state with { Versions = [_state.Versions[1]], VersionFolders = [V2] };
        Assert.Empty(Violations());
    }

    [Fact]
    public void Violations_WhenADeletedVersionIsBack_NameIt()
    {
        Asked(Operation.DeleteVersion, 30, 200, "{}", subject: V1);
        Expect("a deleted version is there again");
    }

    [Fact]
    public void Violations_WhenAFailedJobHasAVersion_NameIt()
    {
        Change(j => j.Id == "job-1" ? j with { Status = "cancelled" } : j);
        Expect("the job job-1 is cancelled and has a version");
    }

    [Theory]
    [InlineData(true, true, "2 versions are active")]
    [InlineData(false, false, "0 versions are active")]
    [InlineData(true, false, "is listed as active")]
    public void Violations_WhenNotExactlyTheLatestVersionIsActive_NameIt(bool first, bool second, string violation)
    {
        _state = _state with { Versions = [_state.Versions[0] with { IsActive = first }, _state.Versions[1] with { IsActive = second }] };
        Expect(violation);
    }

    [Fact]
    public void Violations_WhenAnAcknowledgedActivationIsGone_NameIt()
    {
        Asked(Operation.Activate, 30, 200, $$"""{"active_version": "{{V1}}", "message": "{{V1}} is in service now."}""", subject: V1, tag: "tag-4");
        Expect("an acknowledged activation is lost");
    }

    [Fact]
    public void Violations_WhenOneRequestWasDoneTwice_NameIt()
    {
        _state = _state with { Activations = [_state.Activations[0], _state.Activations[1] with { Reason = "tag-1" }] };
        Expect("one request made 2 activations");
    }

    [Fact]
    public void Violations_WhenARefusedActivationWasMade_NameIt()
    {
        _state = _state with { Activations = [_state.Activations[0], _state.Activations[1] with { Reason = "tag-3" }] };
        Expect("a refused activation was made");
    }

    [Fact]
    public void Violations_WhenTheActivationsHaveAGap_NameIt()
    {
        _state = _state with { Activations = [_state.Activations[0], _state.Activations[1] with { Epoch = 3 }] };
        Expect("the activations have a gap before epoch 3");
    }

    [Theory]
    [InlineData("api2", 23, V1)]
    [InlineData("api1", 21, V1)]
    [InlineData("api1", 15, V2)]
    [InlineData("api1", 30, "v20260101_000009")]
    public void Violations_WhenAVersionAnswersThatWasNotActive_NameIt(string replica, int at, string version)
    {
        Asked(Operation.Predict, at, 200, $$"""{"version": "{{version}}"}""", replica: replica);
        Expect($"{version} answered while it was not active");
    }

    [Fact]
    public void Violations_WhenThePreviousVersionAnswersWhileTheDatabaseIsAway_AreNone()
    {
        _history.Add(new Disturbed(Disturbance.DatabaseAway, "database", At(21), At(40)));
        Asked(Operation.Predict, 38, 200, $$"""{"version": "{{V1}}"}""", replica: "api2");
        Assert.Empty(Violations());
    }

    [Theory]
    [InlineData(500, """{"code": "internal_error"}""")]
    [InlineData(503, """{"code": "database_unavailable"}""")]
    [InlineData(null, null)]
    public void Violations_WhenAPredictionFails_NameIt(int? status, string? body)
    {
        Asked(Operation.Predict, 30, status, body);
        Expect("a prediction failed");
        Assert.Equal(1, new Checker(_history, _state, 5).FailedPredictions());
    }

    [Fact]
    public void Violations_WhenTheDatabaseIsAway_AllowA503AlthoughNothingElse()
    {
        _history.Add(new Disturbed(Disturbance.DatabaseAway, "database", At(29), At(40)));
        Asked(Operation.Predict, 30, 503, """{"code": "database_unavailable"}""");
        Assert.Empty(Violations());
        Assert.Equal(1, new Checker(_history, _state, 5).PredictionsRefusedWithoutDatabase());

        Asked(Operation.List, 31, 503, "<html>", contentType: "text/html");
        Asked(Operation.List, 31, 500, """{"code": "internal_error"}""");
        Assert.Equal(2, Violations().Count(v => v.StartsWith("an error that no fault explains", StringComparison.Ordinal)));
    }

    [Fact]
    public void Violations_WhenAnUploadIsGoneOrAltered_NameIt()
    {
        Asked(Operation.Upload, 3, 201, """{"sha256": "other"}""", subject: "b.csv");
        Asked(Operation.Upload, 3, 201, """{"sha256": "other"}""", subject: "a.csv");
        Expect("an acknowledged upload is lost");
        Expect("an acknowledged upload has other bytes");
    }

    [Fact]
    public void Violations_WhenARefusedUploadIsThere_NameIt()
    {
        Asked(Operation.Upload, 3, 400, """{"code": "invalid_dataset"}""", subject: "a.csv");
        Expect("a refused upload is there");
    }

    [Theory]
    [InlineData(5)]
    [InlineData(9)]
    public void Violations_WhenRecordsAreLostOrThereTwice_NameIt(int records)
    {
        _state = _state with { Records = records };
        Expect($"there are {records} records, not 7..7");
    }

    [Fact]
    public void Violations_WhenFoldersAndRowsDiffer_NameEach()
    {
        _state = _state with { VersionFolders = [V1, "v20260101_000008"], DatasetFiles = ["c.csv"], Leftovers = ["publishing-1"] };
        Expect("the folder of v20260101_000008 has no row");
        Expect($"{V2} has no folder");
        Expect("the file of the dataset c.csv has no row");
        Expect("the dataset a.csv has no file");
        Expect("publishing-1 was left over");
    }

    private static DateTime At(double second) => Start.AddSeconds(second);

    private void Asked(
        Operation operation, double at, int? status, string? body, string? subject = null, string? tag = null, int amount = 0,
            string replica = "api1",
        string contentType = "application/problem+json") => _history.Add(new Entry(
            new Question(operation, subject, tag, amount),
            replica,
            At(at),
            At(at + 0.1),
            status,
            contentType,
            body is null || body[0] != '{' ? null : JsonDocument.Parse(body).RootElement.Clone(),
            RetryAfter: true));

    private void Change(Func<JobState, JobState> change) => _state = _state with { Jobs = [.. _state.Jobs.Select(change)] };

    private IReadOnlyList<string> Violations() => new Checker(_history, _state, recordsBefore: 5).Violations();

    private void Expect(string violation) => Assert.Contains(Violations(), v => v.Contains(violation, StringComparison.Ordinal));
}
