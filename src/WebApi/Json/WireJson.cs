using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ModelOps.Application;
using ModelOps.Domain.Features;

namespace ModelOps.WebApi.Json;

/// <summary>How JSON is read and written everywhere: strictly, so that a mistake is an answer and not a training.</summary>
internal static class WireJson
{
    public const int MaxDepth = 32;

    public static JsonSerializerOptions Options { get; } = Create();

    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = new WireNamingPolicy();
        options.PropertyNameCaseInsensitive = false;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.MaxDepth = MaxDepth;

        // Sentences with an apostrophe and Spanish letters stay readable. Answers are never read as HTML: their type is JSON, and nosniff.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

        // A record's parameter without a default is required, and one whose type isn't nullable refuses null; a missing
        // number would otherwise silently be 0.
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;

        // The framework reads over a member of an ignored name; to a client it is as unknown as any other.
        options.TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { ForgetIgnored } };

        // Diagnoses are always written in full, as clinicians read them.
        options.Converters.Add(new JsonStringEnumConverter<DiabetesClass>(namingPolicy: null, allowIntegerValues: false));
        options.Converters.Add(new JsonStringEnumConverter<Gender>(namingPolicy: null, allowIntegerValues: false));
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        options.Converters.Add(new FiniteDoubleConverter());
        options.Converters.Add(new FiniteSingleConverter());
        options.Converters.Add(new UtcConverter());
        options.Converters.Add(new PlainTextConverter());
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Configure(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private static void ForgetIgnored(JsonTypeInfo type)
    {
        for (var i = type.Properties.Count - 1; i >= 0; i--)
        {
            if (type.Properties[i] is { Get: null, Set: null })
            {
                type.Properties.RemoveAt(i);
            }
        }
    }

    private sealed class WireNamingPolicy : JsonNamingPolicy
    {
        public override string ConvertName(string name) => WireNames.Of(name);
    }
}
