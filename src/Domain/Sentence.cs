using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelOps.Domain;

/// <summary>
/// A translatable sentence. The format and its arguments are stored separately, so the sentence can be translated for each reader.
/// The English format with its placeholders is the translation key. Immutable.
/// </summary>
/// <remarks>
/// The JSON form is <c>{"format": "…{0}…", "arguments": ["…", 3]}</c>, or a string for a sentence without arguments. Earlier releases
/// stored every sentence, and later every number among the arguments, as a string.
/// </remarks>
[JsonConverter(typeof(SentenceConverter))]
public sealed class Sentence : IEquatable<Sentence>
{
    private static readonly CultureInfo English = CultureInfo.GetCultureInfo("en-GB");
    private static readonly JsonSerializerOptions Stored = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private Sentence(string format, IReadOnlyList<object> arguments)
    {
        Format = format;
        Arguments = arguments;
    }

    /// <summary>
    /// The composite format string; see <see cref="string.Format(IFormatProvider, string, object[])"/>. A hole may list plural forms:
    /// <c>{0:# row|# rows}</c> (<see cref="SentenceFormat"/>).
    /// </summary>
    public string Format { get; }

    /// <summary>The arguments. Each one is a <see cref="string"/>, a <see cref="long"/>, a <see cref="double"/> or a sentence.</summary>
    public IReadOnlyList<object> Arguments { get; }

    /// <summary>
    /// Creates a sentence from an interpolated string. Numbers are kept as numbers, so that each reader gets them in the form of their
    /// language, and with its plurals. An argument that is a <see cref="Sentence"/> or a <see cref="FormattableString"/> becomes a nested
    /// sentence, so that it is translated too. Other arguments are formatted with the invariant culture.
    /// </summary>
    public static Sentence Of(FormattableString sentence) => new(
        sentence.Format,
        Array.ConvertAll(sentence.GetArguments(), a => a switch
        {
            Sentence inner => inner,
            FormattableString inner => Of(inner),
            byte or short or int or long => Convert.ToInt64(a, CultureInfo.InvariantCulture),
            double number when IsWhole(number) => (long)number,
            float or double or decimal => Convert.ToDouble(a, CultureInfo.InvariantCulture),
            _ => (object)(Convert.ToString(a, CultureInfo.InvariantCulture) ?? ""),
        }));

    /// <summary>Creates a sentence without arguments. Braces in <paramref name="text"/> are escaped.</summary>
    public static Sentence Plain(string text) =>
        new(text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal), []);

    /// <summary>Parses the result of <see cref="ToStored"/>, or a plain text that an earlier release stored.</summary>
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
                // The text is plain and only starts with a brace.
            }
        }

        return Plain(text);
    }

    /// <summary>
    /// The text for storage, with at most <paramref name="maxLength"/> characters. A longer sentence is stored as truncated plain English
    /// without arguments, so it can't be translated.
    /// </summary>
    public string ToStored(int maxLength)
    {
        var text = Arguments.Count == 0 ? ToString() : JsonSerializer.Serialize(this, Stored);
        return text.Length <= maxLength ? text : Cut(ToString(), maxLength);
    }

    /// <summary>Formats the sentence in a language.</summary>
    /// <param name="language">Decides the form of numbers and the plurals.</param>
    /// <param name="translate">Translates an English format into that language; the translation has the same placeholders.</param>
    public string Say(CultureInfo language, Func<string, string> translate)
    {
        var arguments = Arguments.Select(a => a is Sentence inner ? inner.Say(language, translate) : a).ToArray();
        return string.Format(new SentenceFormat(language), translate(Format), arguments);
    }

    /// <summary>The sentence in English.</summary>
    public override string ToString() => Say(English, format => format);

    public bool Equals([NotNullWhen(true)] Sentence? other) =>
        other is not null && Format == other.Format && Arguments.SequenceEqual(other.Arguments);

    public override bool Equals(object? obj) => Equals(obj as Sentence);

    public override int GetHashCode() => Arguments.Aggregate(Format.GetHashCode(StringComparison.Ordinal), HashCode.Combine);

    private static bool IsWhole(double number) => Math.Abs(number) < 1e15 && double.IsInteger(number);

    private static string Cut(string text, int maxLength) => text[..Math.Min(text.Length, maxLength)];

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

        /// <summary>
        /// Writes the object form. A nested sentence always has this form, because a string in <c>arguments</c> is not translated.
        /// </summary>
        private static void WriteObject(Utf8JsonWriter writer, Sentence value)
        {
            writer.WriteStartObject();
            writer.WriteString(FormatMember, value.Format);
            writer.WriteStartArray(ArgumentsMember);
            foreach (var argument in value.Arguments)
            {
                switch (argument)
                {
                    case Sentence inner:
                        WriteObject(writer, inner);
                        break;
                    case long whole:
                        writer.WriteNumberValue(whole);
                        break;
                    case double number when double.IsFinite(number):
                        writer.WriteNumberValue(number);
                        break;
                    default:
                        writer.WriteStringValue(Convert.ToString(argument, CultureInfo.InvariantCulture));
                        break;
                }
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        private static object ReadArgument(JsonElement element) => element.ValueKind switch
        {
            JsonValueKind.String => element.GetString()!,
            JsonValueKind.Number when element.TryGetInt64(out var whole) => whole,
            JsonValueKind.Number => element.GetDouble(),
            _ => Read(element),
        };

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
                [.. arguments.EnumerateArray().Select(ReadArgument)]);
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
