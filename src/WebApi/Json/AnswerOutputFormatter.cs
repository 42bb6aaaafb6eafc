using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Mvc.Formatters;
using ModelOps.Application.Predictions;

namespace ModelOps.WebApi.Json;

/// <summary>
/// Writes a prediction's answer in one piece. It is known to be short; the framework's formatter keeps the state that it needs to pause in
/// the middle of a long one.
/// </summary>
internal sealed class AnswerOutputFormatter : OutputFormatter
{
    private static readonly JsonTypeInfo Type = WireJson.Options.GetTypeInfo(typeof(PredictionAnswer));

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = WireJson.Options.Encoder, SkipValidation = true };

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    public AnswerOutputFormatter() => SupportedMediaTypes.Add("application/json");

    public override void WriteResponseHeaders(OutputFormatterWriteContext context) =>
        context.HttpContext.Response.ContentType = "application/json; charset=utf-8";

    protected override bool CanWriteType(Type? type) => type == typeof(PredictionAnswer);

    public override Task WriteResponseBodyAsync(OutputFormatterWriteContext context)
    {
        var body = context.HttpContext.Response.BodyWriter;
        var writer = _writer ??= new Utf8JsonWriter(body, WriterOptions);
        writer.Reset(body);
        JsonSerializer.Serialize(writer, context.Object, Type);
        writer.Flush();
        writer.Reset(Stream.Null);
        return Task.CompletedTask;
    }
}
