using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Files;

namespace ModelOps.Infrastructure.Trainer;

/// <summary>The complete state of a training between two epochs, from which the training resumes.</summary>
/// <param name="Epoch">The number of completed epochs.</param>
/// <param name="ElapsedSeconds">The training time so far in seconds, summed over all attempts.</param>
/// <param name="Fingerprint">The fingerprint of the specification. A checkpoint of another specification is ignored.</param>
/// <param name="Session">The network's state from <see cref="Networks.ITrainingSession.Snapshot"/>.</param>
internal sealed record Checkpoint(
    int Epoch,
    double ElapsedSeconds,
    IReadOnlyList<EpochPoint> History,
    string Fingerprint,
    byte[] Session)
{
    private static readonly JsonSerializerOptions Options = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public static string FingerprintOf(TrainingSpecification specification) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(specification)));

    /// <summary>
    /// Replaces the file atomically. Format: length of the JSON part (Int32), the JSON part, the session, the SHA-256 of everything before.
    /// </summary>
    public void Write(string path)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new Document(Epoch, ElapsedSeconds, History, Fingerprint), Options);
        byte[] content = [.. BitConverter.GetBytes(json.Length), .. json, .. Session];
        DurableFiles.Replace(path, [.. content, .. SHA256.HashData(content)]);
    }

    /// <summary>The checkpoint; null when the file is missing or damaged, or belongs to another specification.</summary>
    public static Checkpoint? Find(string path, string fingerprint)
    {
        try
        {
            var file = File.ReadAllBytes(path);
            var content = file.AsSpan(0, Math.Max(0, file.Length - SHA256.HashSizeInBytes));
            if (content.Length < sizeof(int) || !SHA256.HashData(content).AsSpan().SequenceEqual(file.AsSpan(content.Length)))
            {
                return null;
            }

            var length = BitConverter.ToInt32(content);
            return length > 0 && length <= content.Length - sizeof(int)
                && JsonSerializer.Deserialize<Document>(content.Slice(sizeof(int), length), Options) is { } document
                && document.Fingerprint == fingerprint
                ? new Checkpoint(
                    document.Epoch, document.ElapsedSeconds, document.History, fingerprint, content[(sizeof(int) + length)..].ToArray())
                : null;
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return null;
        }
    }

    private sealed record Document(int Epoch, double ElapsedSeconds, IReadOnlyList<EpochPoint> History, string Fingerprint);
}
