using System.Text.Json;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Networks.MlpBn;

/// <summary><c>scaler.json</c>: <c>{"features": [{"name", "mean", "scale"}, …]}</c> in the network's input order.</summary>
internal static class ScalerFile
{
    public const string Name = "scaler.json";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static byte[] Write(StandardScaler scaler) => JsonSerializer.SerializeToUtf8Bytes(
        new Document([.. PatientFeatures.Names.Select((name, i) => new Feature(name, scaler.Mean[i], scaler.Scale[i]))]), Options);

    /// <exception cref="InvalidDataException">The features, or their order, differ from the network's inputs.</exception>
    public static StandardScaler Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var features = JsonSerializer.Deserialize<Document>(json, Options)?.Features ?? [];
            return features.Select(f => f?.Name).SequenceEqual(PatientFeatures.Names)
                ? new StandardScaler([.. features.Select(f => f!.Mean)], [.. features.Select(f => f!.Scale)])
                : throw new InvalidDataException("The scaler's features are not the network's, in its order.");
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw new InvalidDataException("The scaler can't be read.", exception);
        }
    }

    private sealed record Document(IReadOnlyList<Feature?> Features);

    private sealed record Feature(string Name, double Mean, double Scale);
}
