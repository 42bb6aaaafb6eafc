using System.Globalization;
using ModelOps.Faults.Tests.History;

namespace ModelOps.Faults.Tests.Checking;

/// <summary>
/// Holds a recorded history and the state at its end against what the product promises, whatever is killed at whatever moment. Knows
/// nothing of the product's code.
/// </summary>
/// <param name="recordsBefore">Records that were there before the history began.</param>
internal sealed class Checker(Recorder history, FinalState state, int recordsBefore = 0)
{
    /// <summary>Within this time all replicas follow an activation.</summary>
    private static readonly TimeSpan ReplicaLag = TimeSpan.FromSeconds(2);

    /// <summary>How long after the database's return a request may still be refused, and a replica may still be behind.</summary>
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(5);

    private static readonly string[] FinalStatuses = ["succeeded", "failed", "cancelled"];

    private readonly List<Entry> _entries = [.. history.Entries];
    private readonly List<ActivationState> _activations = [.. state.Activations.OrderBy(a => a.Epoch)];

    /// <summary>When each change of the active version was answered at last, by its tag.</summary>
    private readonly Dictionary<string, DateTime> _heard = history.Entries
        .Where(e => e.Question.Tag is not null)
        .GroupBy(e => e.Question.Tag!, e => e.Ended)
        .ToDictionary(ended => ended.Key, ended => ended.Max(), StringComparer.Ordinal);

    /// <summary>Answers that a test provokes on purpose, beside those that are right during any fault.</summary>
    public int[] ExpectedErrors { get; init; } = [];

    /// <summary>Each violated promise, as a sentence. Empty: all were kept.</summary>
    public IReadOnlyList<string> Violations() =>
    [
        .. Errors(), .. Predictions(), .. Jobs(), .. OneKeyOneAnswer(), .. Versions(), .. ActiveVersion(), .. Activations(),
        .. AnsweredVersions(), .. Uploads(), .. Deletions(), .. Records(), .. Files(),
    ];

    public int LostJobs() => Accepted().Count(id => state.Jobs.All(job => job.Id != id));

    /// <summary>Logical predictions that nobody answered although the database was there.</summary>
    public int FailedPredictions() => FinalPredictions().Count(e => e.Status != 200 && !DatabaseWasAway(e));

    public int PredictionsRefusedWithoutDatabase() => FinalPredictions().Count(e => e.Status != 200 && DatabaseWasAway(e));

    private IEnumerable<string> Errors() => _entries
        .Where(e => e.Status >= 500 && !ExpectedErrors.Contains(e.Status.Value))
        .Where(e => e.Status != 503 || e.ContentType != "application/problem+json" || e.Text("code") is null || !e.RetryAfter
            || !DatabaseWasAway(e))
        .Select(e => $"an error that no fault explains: {e}");

    private IEnumerable<string> Predictions() => FinalPredictions()
        .Where(e => e.Status != 200 && !DatabaseWasAway(e) && !(e.Status is { } status && ExpectedErrors.Contains(status)))
        .Select(e => $"a prediction failed: {e}");

    private IEnumerable<Entry> FinalPredictions() => _entries.Where(e => e is { Final: true, Question.Operation: Operation.Predict });

    private IEnumerable<string> Accepted() => _entries
        .Where(e => e is { Question.Operation: Operation.Retrain, Status: 202 })
        .Select(e => e.Text("job_id")!)
        .Distinct(StringComparer.Ordinal);

    private IEnumerable<string> Jobs()
    {
        foreach (var group in state.Jobs.GroupBy(job => job.Id).Where(group => group.Count() > 1))
        {
            yield return $"the job {group.Key} is listed {group.Count()} times";
        }

        foreach (var id in Accepted().Where(id => state.Jobs.All(job => job.Id != id)))
        {
            yield return $"the accepted job {id} is lost";
        }

        foreach (var job in state.Jobs.Where(job => !FinalStatuses.Contains(job.Status)))
        {
            yield return $"the job {job.Id} never ended, it is {job.Status}";
        }

        var ends = state.Jobs.ToLookup(job => job.Id, job => job.Status);
        foreach (var seen in _entries.Where(e =>
            e is { Question.Operation: Operation.ReadJob, Status: 200 } && FinalStatuses.Contains(e.Text("status"))))
        {
            if (ends[seen.Question.Subject!].FirstOrDefault() is { } end && end != seen.Text("status"))
            {
                yield return $"the job {seen.Question.Subject} ended twice, as {seen.Text("status")} and as {end}";
            }
        }
    }

    private IEnumerable<string> OneKeyOneAnswer() => _entries
        .Where(e => e is { Question.Operation: Operation.Retrain, Status: 202, Question.Subject: not null })
        .GroupBy(e => e.Question.Subject!)
        .Where(key => key.Select(e => e.Text("job_id")).Distinct().Count() > 1)
        .Select(key => $"the key {key.Key} made {key.Select(e => e.Text("job_id")).Distinct().Count()} jobs");

    private IEnumerable<string> Versions()
    {
        foreach (var twice in state.Versions.GroupBy(v => v.JobId).Where(group => group.Count() > 1))
        {
            yield return $"the job {twice.Key} has {twice.Count()} versions";
        }

        foreach (var version in state.Versions.Where(v => v.Damage is not null))
        {
            yield return $"{version.Name} doesn't verify: {version.Damage}";
        }

        var deleted = Deleting().Where(e => e.Succeeded || e.IsUnknown).Select(e => e.Question.Subject).ToHashSet();
        foreach (var job in state.Jobs)
        {
            var versions = state.Versions.Where(v => v.JobId == job.Id).ToList();
            if (job.Status == "succeeded" && versions.Count == 0 && !deleted.Contains(job.Version))
            {
                yield return $"the version {job.Version} of the job {job.Id} is lost";
            }
            else if (job.Status == "succeeded" && versions.Exists(v => v.Name != job.Version))
            {
                yield return $"the job {job.Id} names {job.Version}, but made {versions[0].Name}";
            }
            else if (job.Status != "succeeded" && versions.Count > 0)
            {
                yield return $"the job {job.Id} is {job.Status} and has a version";
            }
        }
    }

    private IEnumerable<string> ActiveVersion()
    {
        var active = state.Versions.Where(v => v.IsActive).Select(v => v.Name).ToList();
        if (_activations.Count == 0 ? active.Count > 0 : active.Count != 1)
        {
            yield return $"{active.Count} versions are active";
        }

        if (active.Count == 1 && (active[0] != state.ActiveVersion || active[0] != _activations[^1].To))
        {
            yield return $"{active[0]} is listed as active, {state.ActiveVersion} is in service, {_activations[^1].To} was activated last";
        }
    }

    private IEnumerable<string> Activations()
    {
        for (var i = 0; i < _activations.Count; i++)
        {
            if (_activations[i].Epoch != i + 1 || _activations[i].From != (i == 0 ? null : _activations[i - 1].To))
            {
                yield return $"the activations have a gap before epoch {_activations[i].Epoch}";
            }
        }

        foreach (var asked in _entries.Where(e => e.Question is { Operation: Operation.Activate or Operation.Rollback, Tag: not null }))
        {
            var made = _activations.Where(a => a.Reason == asked.Question.Tag).ToList();
            if (made.Count > 1)
            {
                yield return $"one request made {made.Count} activations: {asked}";
            }
            else if (asked.Succeeded && made.Count == 0 && asked.Text("message")?.EndsWith("already.", StringComparison.Ordinal) != true)
            {
                yield return $"an acknowledged activation is lost: {asked}";
            }
            else if (!asked.Succeeded && !asked.IsUnknown && made.Count > 0)
            {
                yield return $"a refused activation was made: {asked}";
            }
            else if (asked.Succeeded && made.Count == 1 && made[0].To != asked.Text("active_version"))
            {
                yield return $"an activation went to {made[0].To}: {asked}";
            }
        }
    }

    /// <summary>Each answer comes from a version that was active between request and answer, as far as this replica could know.</summary>
    private IEnumerable<string> AnsweredVersions()
    {
        var own = _entries
            .Where(e => e is { Succeeded: true, Question.Operation: Operation.Activate or Operation.Rollback })
            .Select(e => (e.Replica, e.Ended, Epoch: _activations.Find(a => a.Reason == e.Question.Tag)?.Epoch ?? 0))
            .ToLookup(e => e.Replica);
        foreach (var answer in _entries.Where(e => e is { Question.Operation: Operation.Predict, Status: 200 }))
        {
            var version = answer.Text("version");
            var known = own[answer.Replica].Where(a => a.Ended <= answer.Asked).Select(a => a.Epoch).DefaultIfEmpty().Max();
            if (!Enumerable.Range(0, _activations.Count).Any(i => _activations[i].To == version && CouldAnswer(i, known, answer)))
            {
                var replaced = _activations.SkipLast(1).ToList().FindLastIndex(a => a.To == version);
                yield return $"{version} answered while it was not active: {answer}"
                    + (replaced < 0 ? "" : $", replaced at {_activations[replaced + 1].At:HH:mm:ss.fff}..{Replaced(replaced):HH:mm:ss.fff}");
            }
        }
    }

    /// <param name="known">The latest epoch that this replica itself had acknowledged before it was asked.</param>
    private bool CouldAnswer(int index, long known, Entry answer)
    {
        if (_activations[index].Epoch < known || _activations[index].At > answer.Ended)
        {
            return false;
        }

        if (index == _activations.Count - 1)
        {
            return true;
        }

        var until = Replaced(index) + ReplicaLag;
        return until >= answer.Asked || Away().Any(away => away.From <= until && away.To + Recovery >= answer.Asked);
    }

    /// <summary>
    /// When the next activation can have been committed at the latest: its time is taken before the commit, and whoever asked for it
    /// heard of it, or of a broken connection, afterwards.
    /// </summary>
    private DateTime Replaced(int index)
    {
        var next = _activations[index + 1];
        return next.Reason is { } tag && _heard.TryGetValue(tag, out var heard) && heard > next.At ? heard : next.At;
    }

    private IEnumerable<string> Uploads()
    {
        foreach (var upload in _entries.Where(e => e.Question.Operation == Operation.Upload))
        {
            var there = state.Datasets.TryGetValue(upload.Question.Subject!, out var sha256);
            if (upload.Succeeded && !there)
            {
                yield return $"an acknowledged upload is lost: {upload}";
            }
            else if (upload.Succeeded && sha256 != upload.Text("sha256"))
            {
                yield return $"an acknowledged upload has other bytes: {upload}";
            }
            else if (!upload.Succeeded && !upload.IsUnknown && there && upload.Text("code") != "dataset_exists")
            {
                yield return $"a refused upload is there: {upload}";
            }
        }
    }

    private IEnumerable<Entry> Deleting() => _entries.Where(e => e.Question.Operation == Operation.DeleteVersion);

    private IEnumerable<string> Deletions() => Deleting()
        .Where(e => e.Succeeded && state.Versions.Any(v => v.Name == e.Question.Subject))
        .Select(e => $"a deleted version is there again: {e}");

    /// <summary>
    /// Clients repeat a request under its key until it is acknowledged; one that nobody could acknowledge may be there or not.
    /// </summary>
    private IEnumerable<string> Records()
    {
        var keys = _entries.Where(e => e.Question.Operation == Operation.AddRecords).GroupBy(e => e.Question.Subject!).ToList();
        var least = recordsBefore + keys.Where(key => key.Any(e => e.Succeeded)).Sum(key => key.First().Question.Amount);
        var most = least + keys.Where(key => !key.Any(e => e.Succeeded) && key.Any(e => e.IsUnknown))
            .Sum(key => key.First().Question.Amount);
        if (state.Records < least || state.Records > most)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"there are {state.Records} records, not {least}..{most}");
        }
    }

    private IEnumerable<string> Files()
    {
        var versions = state.Versions.Select(v => v.Name).ToList();
        return state.VersionFolders.Except(versions).Select(name => $"the folder of {name} has no row")
            .Concat(versions.Except(state.VersionFolders).Select(name => $"{name} has no folder"))
            .Concat(state.DatasetFiles.Except(state.Datasets.Keys).Select(name => $"the file of the dataset {name} has no row"))
            .Concat(state.Datasets.Keys.Except(state.DatasetFiles).Select(name => $"the dataset {name} has no file"))
            .Concat(state.Leftovers.Select(name => $"{name} was left over"));
    }

    private IEnumerable<Disturbed> Away() =>
        history.Disturbances.Where(d => d.Kind is Disturbance.DatabaseAway or Disturbance.ConnectionsEnded);

    private bool DatabaseWasAway(Entry entry) => Away().Any(away => away.From <= entry.Ended && away.To + Recovery >= entry.Asked);
}
