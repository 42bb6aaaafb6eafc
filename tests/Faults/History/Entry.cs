using System.Text.Json;

namespace ModelOps.Faults.Tests.History;

/// <summary>What a client asked for.</summary>
internal enum Operation
{
    Predict,
    Retrain,
    Upload,
    AddRecords,
    Activate,
    Rollback,
    DeleteVersion,
    ReadJob,
    List,
}

/// <summary>A request, before anybody knows what becomes of it.</summary>
/// <param name="Subject">What it is about: a version, a dataset, a job, an idempotency key.</param>
/// <param name="Tag">Unique text that the request leaves in what it changes, by which that is found again.</param>
/// <param name="Amount">Records that it adds.</param>
internal sealed record Question(Operation Operation, string? Subject = null, string? Tag = null, int Amount = 0);

/// <summary>One request to one replica, and what came of it. Times are UTC.</summary>
/// <param name="Status">Null: the connection ended without an answer, so it may or may not have been done.</param>
/// <param name="Final">False: the client asked another replica next.</param>
internal sealed record Entry(
    Question Question,
    string Replica,
    DateTime Asked,
    DateTime Ended,
    int? Status,
    string? ContentType = null,
    JsonElement? Body = null,
    bool RetryAfter = false,
    bool Final = true)
{
    public bool Succeeded => Status is >= 200 and < 300;

    /// <summary>Whether nobody can tell if it was done.</summary>
    public bool IsUnknown => Status is null or >= 500;

    public string? Text(string member) =>
        Body is { ValueKind: JsonValueKind.Object } body && body.TryGetProperty(member, out var value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    public override string ToString() =>
        $"{Question.Operation} {Question.Subject} {Question.Tag} at {Replica}, {Asked:HH:mm:ss.fff}–{Ended:HH:mm:ss.fff}: "
        + $"{Status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no answer"} {Text("code")}";
}

/// <summary>What the nemesis does to the installation.</summary>
internal enum Disturbance
{
    KillWorker,
    KillApi,
    KillTrainer,
    FreezeWorker,
    StopWorker,
    StopApi,
    DatabaseAway,
    ConnectionsEnded,
    NoticesLost,
    DieAtPoint,
}

internal sealed record Disturbed(Disturbance Kind, string Target, DateTime From, DateTime To);
