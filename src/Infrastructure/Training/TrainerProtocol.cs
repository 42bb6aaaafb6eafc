using System.Text.Json;
using ModelOps.Application.Abstractions;
using ModelOps.Domain;

namespace ModelOps.Infrastructure.Training;

/// <summary>
/// The protocol between worker and trainer process: JSON lines on standard output, commands on standard input, and an exit code.
/// </summary>
internal static class TrainerProtocol
{
    /// <summary>The executable's first argument that starts it as a trainer process.</summary>
    public const string Command = "train";

    /// <summary>Command on standard input: the job is cancelled, and no version is wanted.</summary>
    public const string Cancel = "cancel";

    /// <summary>
    /// Command on standard input: the worker shuts down, and the training resumes later. The end of standard input, which the trainer sees
    /// when the worker has died, means the same.
    /// </summary>
    public const string Stop = "stop";

    public const int Done = 0;
    public const int Cancelled = 10;
    public const int Stopped = 11;
    public const int Refused = 12;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static string Write(TrainerLine line) => JsonSerializer.Serialize(line, Options);

    /// <summary>Parses a line; null when the line does not belong to the protocol.</summary>
    public static TrainerLine? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<TrainerLine>(line, Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>One line of the trainer's standard output: progress, or the reason of a refusal.</summary>
internal sealed record TrainerLine(TrainingProgress? Progress = null, TrainerError? Error = null);

internal sealed record TrainerError(string Code, Sentence Detail);
