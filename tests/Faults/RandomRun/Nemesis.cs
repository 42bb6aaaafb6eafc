using System.Globalization;
using ModelOps.Faults.Tests.Harness;
using ModelOps.Faults.Tests.History;
using ModelOps.TestSupport;

namespace ModelOps.Faults.Tests.RandomRun;

/// <summary>
/// Brings about one fault after the other, drawn from a seed: every kind once, in any order, before one comes again. One replica of
/// the API is always left alone, as an operator's load balancer would find one; everything else may be gone at the same time.
/// </summary>
internal sealed class Nemesis(Fleet fleet, int seed)
{
    private const int Kinds = 11;

    private static readonly TimeSpan PointPatience = TimeSpan.FromSeconds(6);
    private static readonly string[] WorkerPoints =
        ["version.staging", "version.renamed", "transaction.commit", "training.ended", "trainer.begin"];
    private static readonly string[] ApiPoints = ["job.enqueue", "transaction.commit", "upload.kept", "version.delete"];

    private readonly Random _random = new(seed);
    private readonly Queue<int> _kinds = [];

    public async Task RunAsync(TimeSpan duration)
    {
        var until = DateTime.UtcNow + duration;
        while (DateTime.UtcNow < until)
        {
            await PauseAsync(0.5, 3);
            await StrikeAsync();
        }
    }

    private Task StrikeAsync()
    {
        var api = _random.Next(2) == 0 ? fleet.Api1 : fleet.Api2;
        var worker = fleet.Workers.ElementAt(_random.Next(2));
        return NextKind() switch
        {
            0 => DuringAsync(Disturbance.KillWorker, worker, member => member.KillAsync()),
            1 => DuringAsync(Disturbance.KillApi, api, member => member.KillAsync()),
            2 => DuringAsync(Disturbance.StopWorker, worker, member => member.StopAsync()),
            3 => DuringAsync(Disturbance.StopApi, api, member => member.StopAsync()),
            4 => KillTrainerAsync(),
            5 => FreezeAsync(worker),
            6 => DieAtPointAsync(worker, WorkerPoints[_random.Next(WorkerPoints.Length)]),
            7 => DieAtPointAsync(api, ApiPoints[_random.Next(ApiPoints.Length)]),
            8 => DatabaseAwayAsync(),
            9 => fleet.History.DuringAsync(Disturbance.ConnectionsEnded, "database", fleet.Cluster!.EndConnectionsAsync),
            _ => LoseNoticesAsync(),
        };
    }

    private int NextKind()
    {
        if (_kinds.Count == 0)
        {
            var kinds = Enumerable.Range(0, Kinds).ToArray();
            _random.Shuffle(kinds);
            Array.ForEach(kinds, _kinds.Enqueue);
        }

        return _kinds.Dequeue();
    }

    private Task DuringAsync(Disturbance kind, Member member, Func<Member, Task> end) =>
        fleet.History.DuringAsync(kind, member.Name, async () =>
    {
        await end(member);
        await PauseAsync(0, 2);
        await fleet.StartAsync(member);
    });

    /// <summary>Waits a while for one to kill; clients ask for trainings all the time.</summary>
    private async Task KillTrainerAsync()
    {
        var until = DateTime.UtcNow + PointPatience;
        (string Worker, int Trainer)? found = null;
        await Poll.UntilAsync(
            () => (found = fleet.BusyWorker() is { } worker && worker.Process.FindTrainer() is { } trainer
                ? (worker.Name, trainer) : null) is not null
                || DateTime.UtcNow > until,
            "a trainer");
        if (found is { } victim)
        {
            await fleet.History.DuringAsync(Disturbance.KillTrainer, victim.Worker, () =>
            {
                Signals.Send(victim.Trainer, Signals.Kill);
                return Task.CompletedTask;
            });
        }
    }

    /// <summary>For shorter or longer than its lease.</summary>
    private Task FreezeAsync(Member worker) => fleet.History.DuringAsync(Disturbance.FreezeWorker, worker.Name, async () =>
    {
        worker.Process.Freeze();
        await PauseAsync(1, 6);
        worker.Process.Thaw();
    });

    /// <summary>Waits a while for it to come by the point; one that never does is started again as it was.</summary>
    private Task DieAtPointAsync(Member member, string point)
    {
        return fleet.History.DuringAsync(Disturbance.DieAtPoint, $"{member.Name} {point}", async () =>
        {
            await fleet.RestartAsync(member, $"{point}=kill");
            var until = DateTime.UtcNow + PointPatience;
            await Poll.UntilAsync(() => member.Process.HasEnded || DateTime.UtcNow > until, "the point");
            if (member.Process.HasEnded)
            {
                await member.UntilDeadAsync();
            }

            await fleet.RestartAsync(member);
        });
    }

    private Task DatabaseAwayAsync() => fleet.History.DuringAsync(Disturbance.DatabaseAway, "database", async () =>
    {
        await (_random.Next(2) == 0 ? fleet.Cluster!.StopAsync() : fleet.Cluster!.KillAsync());
        await PauseAsync(0, 5);
        await fleet.Cluster.StartAsync();
    });

    private Task LoseNoticesAsync() =>
        fleet.History.DuringAsync(Disturbance.NoticesLost, "database", async () => await fleet.AskAsync(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'listen%'"));

    private Task PauseAsync(double from, double to) =>
        Hold.ForAsync(TimeSpan.FromSeconds(Math.Max(0.01, from + (_random.NextDouble() * (to - from)))));

    /// <summary>How many of each kind, for the report.</summary>
    public static string Counts(Recorder history) => string.Join(
        ", ",
        history.Disturbances.GroupBy(d => d.Kind).OrderBy(g => g.Key)
            .Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Key} {g.Count()}")));
}
