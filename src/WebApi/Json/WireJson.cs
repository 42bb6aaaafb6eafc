using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ModelOps.Application;
using ModelOps.Domain.Features;

namespace ModelOps.WebApi.Json;

/// <summary>JSON options for all requests and responses. Reading is strict, so that a mistake in a request is refused.</summary>
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

        // Don't escape apostrophes and Spanish letters. This is safe because responses are sent as JSON with nosniff and never parsed as
        // HTML.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

        // Parameters without a default are required, and non-nullable ones refuse null. Otherwise, a missing number would silently become
        // 0.
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;

        // By default, the framework skips members marked as ignored. Refuse them like any other unknown member.
        options.TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { ForgetIgnored } };

        // Write diagnoses with their full names, for clinicians.
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
