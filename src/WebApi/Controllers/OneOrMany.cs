using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelOps.WebApi.Controllers;

/// <summary>A body that is one object or an array of them.</summary>
[JsonConverter(typeof(OneOrManyConverterFactory))]
public sealed record OneOrMany<T>(IReadOnlyList<T> Items);

internal sealed class OneOrManyConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(OneOrMany<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    private sealed class Converter<T> : JsonConverter<OneOrMany<T>>
    {
        public override OneOrMany<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.StartArray
                ? new OneOrMany<T>(JsonSerializer.Deserialize<List<T>>(ref reader, options)!)
                : new OneOrMany<T>([JsonSerializer.Deserialize<T>(ref reader, options)!]);

        public override void Write(Utf8JsonWriter writer, OneOrMany<T> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.Items, options);
    }
}
