using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Files;
using ModelOps.Infrastructure.Networks;

namespace ModelOps.Infrastructure.Trainer;

/// <summary>A training between two epochs, with everything that decides how it goes on.</summary>
/// <param name="Epoch">Epochs that are done.</param>
/// <param name="ElapsedSeconds">Training time so far, over all attempts.</param>
/// <param name="Fingerprint">Of the specification: a checkpoint of another specification isn't used.</param>
/// <param name="Session">The network's own state, <see cref="Networks.ITrainingSession.Snapshot"/>.</param>
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

    /// <summary>Replaces the file in one step: the length of the JSON part, the JSON part, the session, the SHA-256 of all of it.</summary>
    public void Write(string path)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new Document(Epoch, ElapsedSeconds, History, Fingerprint), Options);
        byte[] content = [.. BitConverter.GetBytes(json.Length), .. json, .. Session];
        DurableFiles.Replace(path, [.. content, .. SHA256.HashData(content)]);
    }

    /// <summary>The checkpoint; null when there is none, it is damaged, or it belongs to another specification.</summary>
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
