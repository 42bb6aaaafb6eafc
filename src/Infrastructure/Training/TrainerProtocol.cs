using System.Text.Json;
using ModelOps.Application.Abstractions;
using ModelOps.Domain;

namespace ModelOps.Infrastructure.Training;

/// <summary>How worker and trainer process talk: JSON lines on standard output, words on standard input, an exit code.</summary>
internal static class TrainerProtocol
{
    /// <summary>The first argument of the executable that makes it a trainer.</summary>
    public const string Command = "train";

    /// <summary>The worker wants no version any more.</summary>
    public const string Cancel = "cancel";

    /// <summary>
    /// The worker stops; the training goes on later. The end of standard input, when the worker has died, means the same.
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

    /// <summary>Null for a line that is none of ours.</summary>
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
