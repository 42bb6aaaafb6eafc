using System.Globalization;
using ModelOps.Faults.Tests.Checking;
using ModelOps.Faults.Tests.Harness;
using ModelOps.Faults.Tests.History;
using Xunit.Abstractions;

namespace ModelOps.Faults.Tests.RandomRun;

/// <summary>
/// Everything at once: clients of every kind, and one random fault after the other. <c>MODELOPS_FAULT_SECONDS</c> makes it longer,
/// <c>MODELOPS_FAULT_SEED</c> another one; the seed decides what is tried and in which order, the machine what it meets.
/// </summary>
[Collection(LoadGroup.Name)]
public sealed class RandomRunTests(FleetFixture fixture, ITestOutputHelper output)
{
    private const int DefaultSeconds = 45;
    private const int DefaultSeed = 20251111;

    [Fact]
    public async Task RandomFaults_UnderLoad_BreakNoPromise()
    {
        var seconds = Setting("MODELOPS_FAULT_SECONDS", DefaultSeconds);
        var seed = Setting("MODELOPS_FAULT_SEED", DefaultSeed);
        output.WriteLine($"Seed {seed}, {seconds} s.");
        var fleet = await fixture.FleetAsync();
        using var end = new CancellationTokenSource();
        var load = new Load(fleet, seed).RunAsync(end.Token);
        try
        {
            await new Nemesis(fleet, seed).RunAsync(TimeSpan.FromSeconds(seconds));
        }
        finally
        {
            await end.CancelAsync();
            await load;
        }

        var state = await new Observer(fleet).AtRestAsync(TimeSpan.FromMinutes(2));
        var checker = new Checker(fleet.History, state, fixture.RecordsBefore);
        var violations = checker.Violations();
        output.WriteLine(Summary(fleet.History, state, checker, violations));
        Assert.True(violations.Count == 0, string.Join('\n', violations.Take(20)));
        Assert.NotEmpty(fleet.History.Disturbances);
        Assert.Contains(Accepted(fleet.History, state), job => job.Status == "succeeded");
    }

    /// <summary>The fleet is shared: the jobs of this history, not of tests before it.</summary>
    private static List<JobState> Accepted(Recorder history, FinalState state)
    {
        var ids = history.Entries.Where(e => e is { Question.Operation: Operation.Retrain, Status: 202 }).Select(e => e.Text("job_id"))
            .ToHashSet();
        return [.. state.Jobs.Where(job => ids.Contains(job.Id))];
    }

    private static string Summary(Recorder history, FinalState state, Checker checker, IReadOnlyList<string> violations)
    {
        var predictions = history.Entries.Where(e => e is { Final: true, Question.Operation: Operation.Predict }).ToList();
        var jobs = Accepted(history, state);
        var activations = history.Entries.Count(e =>
            e is { Question.Operation: Operation.Activate or Operation.Rollback, Succeeded: true });
        var uploads = history.Entries.Count(e => e is { Question.Operation: Operation.Upload, Succeeded: true });
        var latency = predictions.Where(e => e.Status == 200).Select(e => (e.Ended - e.Asked).TotalMilliseconds).Order().ToList();
        return string.Create(CultureInfo.InvariantCulture, $"""
            Faults: {history.Disturbances.Count} ({Nemesis.Counts(history)})
            Requests: {history.Entries.Count}, of them answered with success {history.Entries.Count(e => e.Succeeded)}
            Jobs accepted: {jobs.Count + checker.LostJobs()}; {string.Join(", ", jobs.GroupBy(j => j.Status + (j.ErrorCode is null ? "" : $" {j.ErrorCode}")).Select(g => $"{g.Key} {g.Count()}"))}; attempts above one: {jobs.Count(j => j.Attempt > 1)}
            Activations and rollbacks: {activations}; uploads: {uploads}; at the end {state.Versions.Count} versions and {state.Records} records
            Lost: {checker.LostJobs() + violations.Count(v => v.Contains(" lost", StringComparison.Ordinal) && !v.StartsWith("the accepted", StringComparison.Ordinal))}; twice: {violations.Count(v => v.Contains("twice", StringComparison.Ordinal) || v.Contains("jobs", StringComparison.Ordinal) || v.Contains("versions", StringComparison.Ordinal) || v.Contains("activations:", StringComparison.Ordinal))}
            Predictions: {predictions.Count}; failed: {checker.FailedPredictions()}; refused while the database was away: {checker.PredictionsRefusedWithoutDatabase()}; median {latency[latency.Count / 2]:0.0} ms, longest {latency[^1]:0} ms
            Violations: {violations.Count}
            """);
    }

    private static int Setting(string name, int defaultValue) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : defaultValue;
}
