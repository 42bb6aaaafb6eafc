using System.Text;
using System.Text.Json;
using ModelOps.Application;
using ModelOps.Application.Predictions;
using ModelOps.Domain.Features;

namespace ModelOps.WebApi.Json;

/// <summary>
/// Reads the bodies of <c>POST /model/predict</c> and <c>/batch</c> in a third of the time that the serializer takes. It knows well-formed
/// requests only and gives up on everything else, such as unknown, missing and doubled members or numbers out of range: the serializer then
/// reads the body from its beginning and reports what is wrong.
/// </summary>
internal static class PredictionReader
{
    /// <summary>Bytes of a row with one digit for each number.</summary>
    private const int ShortestRow = 40;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = WireJson.MaxDepth };

    private static readonly JsonEncodedText Rows = Name(nameof(PredictBatch.Rows));
    private static readonly JsonEncodedText HbA1c = Name(nameof(PredictionInput.HbA1c));
    private static readonly JsonEncodedText Age = Name(nameof(PredictionInput.Age));
    private static readonly JsonEncodedText Bmi = Name(nameof(PredictionInput.Bmi));
    private static readonly JsonEncodedText GenderName = Name(nameof(PredictionInput.Gender));
    private static readonly JsonEncodedText Reference = Name(nameof(PredictionInput.Reference));

    private static readonly (JsonEncodedText Encoded, string Text)[] Genders =
        [.. FeatureSchema.Current.GetColumn(ColumnNames.Gender).Codes.Select(code => (JsonEncodedText.Encode(code), code))];

    [Flags]
    private enum Members
    {
        None = 0,
        HbA1c = 1,
        Age = 2,
        Bmi = 4,
        Gender = 8,
        Required = HbA1c | Age | Bmi | Gender,
        Reference = 16,
    }

    /// <summary>Reads one patient's input where the whole body is there, as it usually is. Otherwise, nothing of it is consumed.</summary>
    /// <returns>Null when the serializer should read the body.</returns>
    public static PredictionInput? TryRead(HttpRequest request)
    {
        if (!IsJson(request.ContentType) || request.ContentLength is not { } length || !request.BodyReader.TryRead(out var read))
        {
            return null;
        }

        var body = read.Buffer;
        var input = body.Length == length && body.IsSingleSegment ? TryReadInput(body.FirstSpan) : null;
        request.BodyReader.AdvanceTo(input is null ? body.Start : body.End);
        return input;
    }

    /// <inheritdoc cref="TryRead"/>
    public static PredictionInput? TryReadInput(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body, Options);
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && TryReadRow(ref reader) is { } input && !reader.Read()
                ? input : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <inheritdoc cref="TryRead"/>
    public static PredictBatch? TryReadBatch(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body, Options);
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject
                && reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(Rows.EncodedUtf8Bytes)
                && reader.Read() && reader.TokenType == JsonTokenType.StartArray
                && TryReadRows(ref reader, Math.Min((body.Length / ShortestRow) + 1, PredictBatch.MaxRows)) is { } rows
                && reader.Read() && reader.TokenType == JsonTokenType.EndObject && !reader.Read()
                ? new PredictBatch { Rows = rows }
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether a content type is one of the usual forms.</summary>
    private static bool IsJson(string? contentType) =>
        string.Equals(contentType, "application/json", StringComparison.OrdinalIgnoreCase)
        || string.Equals(contentType, "application/json; charset=utf-8", StringComparison.OrdinalIgnoreCase);

    private static List<PredictionInput>? TryReadRows(ref Utf8JsonReader reader, int capacity)
    {
        var rows = new List<PredictionInput>(capacity);
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            if (TryReadRow(ref reader) is not { } row)
            {
                return null;
            }

            rows.Add(row);
        }

        return reader.TokenType == JsonTokenType.EndArray ? rows : null;
    }

    private static PredictionInput? TryReadRow(ref Utf8JsonReader reader)
    {
        double hba1c = 0, age = 0, bmi = 0;
        string? gender = null, reference = null;
        var seen = Members.None;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = MemberOf(ref reader);
            reader.Read();
            var read = member switch
            {
                Members.HbA1c => TryReadNumber(ref reader, out hba1c),
                Members.Age => TryReadNumber(ref reader, out age),
                Members.Bmi => TryReadNumber(ref reader, out bmi),
                Members.Gender => (gender = TryReadGender(ref reader)) is not null,
                Members.Reference => TryReadReference(ref reader, out reference),
                _ => false,
            };
            if (!read || (seen & member) != 0)
            {
                return null;
            }

            seen |= member;
        }

        return reader.TokenType == JsonTokenType.EndObject && (seen & Members.Required) == Members.Required
            ? new PredictionInput { HbA1c = hba1c, Age = age, Bmi = bmi, Gender = gender!, Reference = reference }
            : null;
    }

    private static Members MemberOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals(HbA1c.EncodedUtf8Bytes) ? Members.HbA1c
        : reader.ValueTextEquals(Age.EncodedUtf8Bytes) ? Members.Age
        : reader.ValueTextEquals(Bmi.EncodedUtf8Bytes) ? Members.Bmi
        : reader.ValueTextEquals(GenderName.EncodedUtf8Bytes) ? Members.Gender
        : reader.ValueTextEquals(Reference.EncodedUtf8Bytes) ? Members.Reference
        : Members.None;

    private static bool TryReadNumber(ref Utf8JsonReader reader, out double value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out value) && double.IsFinite(value);
    }

    /// <summary>Codes as the schema writes them need no string of their own.</summary>
    private static string? TryReadGender(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            foreach (var (encoded, text) in Genders)
            {
                if (reader.ValueTextEquals(encoded.EncodedUtf8Bytes))
                {
                    return text;
                }
            }
        }

        return null;
    }

    private static bool TryReadReference(ref Utf8JsonReader reader, out string? value)
    {
        value = null;

        // Escapes and characters beyond ASCII are left to the serializer: they may be invalid or make U+0000.
        if (reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && Ascii.IsValid(reader.ValueSpan))
        {
            value = reader.GetString();
            return true;
        }

        return reader.TokenType == JsonTokenType.Null;
    }

    private static JsonEncodedText Name(string member) => JsonEncodedText.Encode(WireNames.Of(member));
}
