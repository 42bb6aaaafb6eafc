using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelOps.Domain;

/// <summary>
/// A sentence as it is stored: its format and its arguments apart, so that each reader gets it in their own language. The English
/// format with its placeholders is the code by which the translation is found. Immutable.
/// </summary>
/// <remarks>
/// JSON: <c>{"format": "…{0}…", "arguments": ["…"]}</c>, and a bare string for a sentence without arguments. Sentences
/// that were stored before this type existed are bare strings, too.
/// </remarks>
[JsonConverter(typeof(SentenceConverter))]
public sealed class Sentence : IEquatable<Sentence>
{
    private static readonly JsonSerializerOptions Stored = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private Sentence(string format, IReadOnlyList<object> arguments)
    {
        Format = format;
        Arguments = arguments;
    }

    /// <summary>A composite format as of <see cref="string.Format(IFormatProvider, string, object[])"/>.</summary>
    public string Format { get; }

    /// <summary>Each is a <see cref="string"/> or a <see cref="Sentence"/>.</summary>
    public IReadOnlyList<object> Arguments { get; }

    /// <summary>Numbers among the arguments are written invariantly; sentences among them stay sentences.</summary>
    public static Sentence Of(FormattableString sentence) => new(
        sentence.Format,
        Array.ConvertAll(sentence.GetArguments(), a => a switch
        {
            Sentence inner => inner,
            FormattableString inner => Of(inner),
            _ => (object)(Convert.ToString(a, CultureInfo.InvariantCulture) ?? ""),
        }));

    /// <summary>A text without arguments; its braces are no placeholders.</summary>
    public static Sentence Plain(string text) =>
        new(text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal), []);

    /// <summary>Reads what <see cref="ToStored"/> wrote, or a plain text that was stored before.</summary>
    public static Sentence FromStored(string text)
    {
        if (text.StartsWith('{'))
        {
            try
            {
                return JsonSerializer.Deserialize<Sentence>(text) ?? Plain(text);
            }
            catch (JsonException)
            {
                // A plain text that happens to begin with a brace.
            }
        }

        return Plain(text);
    }

    /// <summary>
    /// The sentence as a text of at most <paramref name="maxLength"/> characters; one that is longer is cut and loses its arguments.
    /// </summary>
    public string ToStored(int maxLength)
    {
        var text = Arguments.Count == 0 ? ToString() : JsonSerializer.Serialize(this, Stored);
        return text.Length <= maxLength ? text : Cut(ToString(), maxLength);
    }

    /// <summary>Puts the sentence into words.</summary>
    /// <param name="translate">From an English format to the reader's; it names the same arguments.</param>
    public string Say(Func<string, string> translate)
    {
        var arguments = Arguments.Select(a => a is Sentence inner ? inner.Say(translate) : a).ToArray();
        return string.Format(CultureInfo.InvariantCulture, translate(Format), arguments);
    }

    /// <summary>In English.</summary>
    public override string ToString() => Say(format => format);

    public bool Equals([NotNullWhen(true)] Sentence? other) =>
        other is not null && Format == other.Format && Arguments.SequenceEqual(other.Arguments);

    public override bool Equals(object? obj) => Equals(obj as Sentence);

    public override int GetHashCode() => Arguments.Aggregate(Format.GetHashCode(StringComparison.Ordinal), HashCode.Combine);

    private static string Cut(string text, int maxLength) => text.Length <= maxLength ? text : text[..maxLength];

    private sealed class SentenceConverter : JsonConverter<Sentence>
    {
        private const string FormatMember = "format";
        private const string ArgumentsMember = "arguments";

        public override Sentence Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            return Read(document.RootElement);
        }

        public override void Write(Utf8JsonWriter writer, Sentence value, JsonSerializerOptions options)
        {
            if (value.Arguments.Count == 0)
            {
                writer.WriteStringValue(value.ToString());
            }
            else
            {
                WriteObject(writer, value);
            }
        }

        /// <summary>A sentence among arguments is always an object: a string there is a text, which nobody translates.</summary>
        private static void WriteObject(Utf8JsonWriter writer, Sentence value)
        {
            writer.WriteStartObject();
            writer.WriteString(FormatMember, value.Format);
            writer.WriteStartArray(ArgumentsMember);
            foreach (var argument in value.Arguments)
            {
                if (argument is Sentence inner)
                {
                    WriteObject(writer, inner);
                }
                else
                {
                    writer.WriteStringValue((string)argument);
                }
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        private static Sentence Read(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.String)
            {
                return Plain(element.GetString()!);
            }

            if (element.ValueKind != JsonValueKind.Object
                || !element.TryGetProperty(FormatMember, out var format) || format.ValueKind != JsonValueKind.String
                || !element.TryGetProperty(ArgumentsMember, out var arguments) || arguments.ValueKind != JsonValueKind.Array)
            {
                throw new JsonException("A sentence has a format and arguments.");
            }

            var sentence = new Sentence(
                format.GetString()!,
                [.. arguments.EnumerateArray().Select(a => a.ValueKind == JsonValueKind.String ? (object)a.GetString()! : Read(a))]);
            try
            {
                sentence.ToString();
                return sentence;
            }
            catch (FormatException exception)
            {
                throw new JsonException("The arguments of a sentence don't fit its format.", exception);
            }
        }
    }
}
