using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using ModelOps.Application;
using ModelOps.Application.Predictions;
using ModelOps.Domain.Features;

namespace ModelOps.WebApi.Json;

/// <summary>Writes the answers of predictions as the serializer would, byte for byte, in a fraction of its time.</summary>
internal static class PredictionWriter
{
    /// <summary>How many items are written before the client may read them: about 50 kB.</summary>
    private const int FlushEvery = 256;

    /// <summary>Longer than any prediction: four numbers of at most 25 bytes, three classes, a version, and the names.</summary>
    private const int MaxItem = 1_024;

    private const string ContentType = "application/json; charset=utf-8";

    private static readonly byte[] Head = Encoding.UTF8.GetBytes($"{{\"{Name(nameof(BatchAnswer.Version))}\":\"");
    private static readonly byte[] Begin = Encoding.UTF8.GetBytes($"\",\"{Name(nameof(BatchAnswer.Predictions))}\":[");

    /// <summary>The beginning of an item by its class, up to the first probability.</summary>
    private static readonly byte[][] ItemOf = [.. DiabetesClasses.All.Select(c => Encoding.UTF8.GetBytes(
        $"{{\"{Name(nameof(BatchItem.Prediction))}\":\"{c}\""
        + $",\"{Name(nameof(BatchItem.Probabilities))}\":{{\"{DiabetesClass.Negative}\":"))];

    private static readonly byte[][] NameOf = [.. DiabetesClasses.All.Select(c => Encoding.UTF8.GetBytes(c.ToString()))];
    private static readonly byte[] Prediabetes = Encoding.UTF8.GetBytes($",\"{DiabetesClass.Prediabetes}\":");
    private static readonly byte[] Diabetes = Encoding.UTF8.GetBytes($",\"{DiabetesClass.Diabetes}\":");
    private static readonly byte[] Plausible = Encoding.UTF8.GetBytes($"}},\"{Name(nameof(PredictionAnswer.Plausible))}\":");
    private static readonly byte[] Agreement = Encoding.UTF8.GetBytes($",\"{Name(nameof(PredictionAnswer.Agreement))}\":");
    private static readonly byte[] Version = Encoding.UTF8.GetBytes($",\"{Name(nameof(PredictionAnswer.Version))}\":\"");
    private static readonly byte[] IdAfterVersion = Encoding.UTF8.GetBytes($"\",\"{Name(nameof(PredictionAnswer.PredictionId))}\":\"");
    private static readonly byte[] Id = Encoding.UTF8.GetBytes($"}},\"{Name(nameof(BatchItem.PredictionId))}\":\"");
    private static readonly byte[] Kept = Encoding.UTF8.GetBytes($"\",\"{Name(nameof(BatchItem.Kept))}\":");

    /// <summary>The server sends it when the request ends.</summary>
    public static void Write(HttpResponse response, PredictionAnswer answer)
    {
        response.ContentType = ContentType;
        var body = response.BodyWriter;
        var to = body.GetSpan(MaxItem);
        var at = 0;
        Append(to, ref at, answer.Prediction, answer.Probabilities);
        Append(to, ref at, Plausible);
        Append(to, ref at, answer.Plausible);
        Append(to, ref at, Agreement);
        Append(to, ref at, answer.Agreement ?? double.NaN); // NaN is written as null.
        Append(to, ref at, Version);

        // A name of digits and underscores needs no escapes.
        at += Encoding.UTF8.GetBytes(answer.Version, to[at..]);
        Append(to, ref at, IdAfterVersion);
        Utf8Formatter.TryFormat(answer.PredictionId, to[at..], out var length);
        at += length;
        Append(to, ref at, Kept);
        Append(to, ref at, answer.Kept ? "true}"u8 : "false}"u8);
        body.Advance(at);
    }

    public static async Task WriteAsync(HttpResponse response, BatchAnswer answer, CancellationToken cancellationToken)
    {
        response.ContentType = ContentType;
        var body = response.BodyWriter;
        body.Write(Head);
        body.Write(JsonEncodedText.Encode(answer.Version, WireJson.Options.Encoder).EncodedUtf8Bytes);
        body.Write(Begin);
        for (var from = 0; from < answer.Predictions.Count; from += FlushEvery)
        {
            var to = Math.Min(from + FlushEvery, answer.Predictions.Count);
            for (var i = from; i < to; i++)
            {
                Write(body, answer.Predictions[i], first: i == 0);
            }

            await body.FlushAsync(cancellationToken);
        }

        body.Write("]}"u8);
        await body.FlushAsync(cancellationToken);
    }

    private static void Write(PipeWriter body, BatchItem item, bool first)
    {
        var to = body.GetSpan(MaxItem);
        var at = 0;
        if (!first)
        {
            to[at++] = (byte)',';
        }

        Append(to, ref at, item.Prediction, item.Probabilities);
        Append(to, ref at, Id);
        Utf8Formatter.TryFormat(item.PredictionId, to[at..], out var length);
        at += length;
        if (item.Kept is { } kept)
        {
            Append(to, ref at, Kept);
            Append(to, ref at, kept ? "true}"u8 : "false}"u8);
        }
        else
        {
            Append(to, ref at, "\"}"u8);
        }

        body.Advance(at);
    }

    private static void Append(Span<byte> to, ref int at, DiabetesClass predicted, ClassProbabilities probabilities)
    {
        Append(to, ref at, ItemOf[(int)predicted]);
        Append(to, ref at, probabilities.Negative);
        Append(to, ref at, Prediabetes);
        Append(to, ref at, probabilities.Prediabetes);
        Append(to, ref at, Diabetes);
        Append(to, ref at, probabilities.Diabetes);
    }

    private static void Append(Span<byte> to, ref int at, IReadOnlyList<DiabetesClass>? classes)
    {
        if (classes is null)
        {
            Append(to, ref at, "null"u8);
            return;
        }

        to[at++] = (byte)'[';
        for (var i = 0; i < classes.Count; i++)
        {
            Append(to, ref at, i == 0 ? "\""u8 : ",\""u8);
            Append(to, ref at, NameOf[(int)classes[i]]);
            to[at++] = (byte)'"';
        }

        to[at++] = (byte)']';
    }

    private static void Append(Span<byte> to, ref int at, ReadOnlySpan<byte> text)
    {
        text.CopyTo(to[at..]);
        at += text.Length;
    }

    /// <summary>In the shortest form from which the same number is read, as the serializer writes it.</summary>
    private static void Append(Span<byte> to, ref int at, double value)
    {
        if (!double.IsFinite(value))
        {
            Append(to, ref at, "null"u8);
            return;
        }

        Utf8Formatter.TryFormat(value, to[at..], out var length);
        at += length;
    }

    private static string Name(string member) => WireNames.Of(member);
}
