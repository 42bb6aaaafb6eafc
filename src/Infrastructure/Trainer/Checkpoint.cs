using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Files;
using ModelOps.Infrastructure.Networks.MlpBn;

namespace ModelOps.Infrastructure.Trainer;

/// <summary>
/// A training between two epochs, with everything that decides how it goes on. Random numbers need no place here: each epoch's are
/// derived from (seed, epoch).
/// </summary>
/// <param name="Epoch">Epochs that are done.</param>
/// <param name="ElapsedSeconds">Training time so far, over all attempts.</param>
/// <param name="Fingerprint">Of the specification: a checkpoint of anything else is not taken up.</param>
internal sealed record Checkpoint(
    int Epoch,
    double ElapsedSeconds,
    MlpSnapshot State,
    MlpSnapshot? Best,
    int BestEpoch,
    double? BestLoss,
    IReadOnlyList<EpochPoint> History,
    string Fingerprint)
{
    private static readonly JsonSerializerOptions Options = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public static string FingerprintOf(TrainingSpecification specification) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(specification)));

    /// <summary>Replaces the file in one step; the content is followed by its SHA-256.</summary>
    public void Write(string path)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(this, Options);
        DurableFiles.Replace(path, [.. content, .. SHA256.HashData(content)]);
    }

    /// <summary>The checkpoint, or null when there is none, it is damaged, or it belongs to another specification.</summary>
    public static Checkpoint? Find(string path, string fingerprint)
    {
        try
        {
            var file = File.ReadAllBytes(path);
            var content = file.AsSpan(0, Math.Max(0, file.Length - SHA256.HashSizeInBytes));
            if (!SHA256.HashData(content).AsSpan().SequenceEqual(file.AsSpan(content.Length)))
            {
                return null;
            }

            return JsonSerializer.Deserialize<Checkpoint>(content, Options) is { } checkpoint && checkpoint.Fingerprint == fingerprint
                ? checkpoint
                : null;
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return null;
        }
    }
}
