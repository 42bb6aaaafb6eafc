using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ModelOps.Infrastructure.Networks;

/// <summary>A named array: 32-bit or 64-bit floats, or one 64-bit integer; row-major, little-endian.</summary>
internal sealed record NamedTensor(string Name, string DType, IReadOnlyList<int> Shape, byte[] Bytes)
{
    public const string F32 = "F32";
    public const string F64 = "F64";
    public const string I64 = "I64";

    public static NamedTensor Float(string name, IReadOnlyList<int> shape, float[] values)
    {
        var bytes = new byte[values.Length * sizeof(float)];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        }

        return new NamedTensor(name, F32, shape, bytes);
    }

    public static NamedTensor Double(string name, IReadOnlyList<int> shape, double[] values)
    {
        var bytes = new byte[values.Length * sizeof(double)];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), values[i]);
        }

        return new NamedTensor(name, F64, shape, bytes);
    }

    public static NamedTensor Integer(string name, long value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return new NamedTensor(name, I64, [], bytes);
    }

    /// <exception cref="InvalidDataException">The data type is not F32, or a value is not finite.</exception>
    public float[] ToFloats()
    {
        if (DType != F32)
        {
            throw new InvalidDataException($"{Name} doesn't hold floats.");
        }

        var values = new float[Bytes.Length / sizeof(float)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(Bytes.AsSpan(i * sizeof(float)));
            if (!float.IsFinite(values[i]))
            {
                throw new InvalidDataException($"{Name} holds a value that isn't finite.");
            }
        }

        return values;
    }

    /// <exception cref="InvalidDataException">The data type is not F64, or a value is not finite.</exception>
    public double[] ToDoubles()
    {
        if (DType != F64)
        {
            throw new InvalidDataException($"{Name} doesn't hold 64-bit floats.");
        }

        var values = new double[Bytes.Length / sizeof(double)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadDoubleLittleEndian(Bytes.AsSpan(i * sizeof(double)));
            if (!double.IsFinite(values[i]))
            {
                throw new InvalidDataException($"{Name} holds a value that isn't finite.");
            }
        }

        return values;
    }
}

/// <summary>
/// The safetensors format: the header's length (8 bytes, little-endian), a JSON header, the data without gaps
/// (github.com/huggingface/safetensors, "Format").
/// </summary>
internal static class Safetensors
{
    public const int MaxBytes = 16 * 1024 * 1024;
    private const int LengthBytes = sizeof(long);
    private const string Metadata = "__metadata__";

    public static byte[] Write(IReadOnlyList<NamedTensor> tensors)
    {
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            json.WriteStartObject(Metadata);
            json.WriteString("format", "pt");
            json.WriteEndObject();
            var offset = 0;
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.DType);
                json.WriteStartArray("shape");
                foreach (var size in tensor.Shape)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.Bytes.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (header.Length % LengthBytes != 0)
        {
            header.WriteByte((byte)' ');
        }

        using var file = new MemoryStream();
        Span<byte> length = stackalloc byte[LengthBytes];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        file.Write(length);
        header.WriteTo(file);
        foreach (var tensor in tensors)
        {
            file.Write(tensor.Bytes);
        }

        return file.ToArray();
    }

    /// <exception cref="InvalidDataException">The file is incomplete, has gaps, or has tensors of another data type.</exception>
    public static IReadOnlyDictionary<string, NamedTensor> Read(ReadOnlyMemory<byte> file)
    {
        try
        {
            return ReadStrictly(file);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or KeyNotFoundException
            or OverflowException)
        {
            throw new InvalidDataException("The weights are no safetensors file.", exception);
        }
    }

    private static Dictionary<string, NamedTensor> ReadStrictly(ReadOnlyMemory<byte> file)
    {
        if (file.Length is < LengthBytes or > MaxBytes)
        {
            throw new InvalidDataException("The weights are too short or too large.");
        }

        var headerLength = BinaryPrimitives.ReadInt64LittleEndian(file.Span);
        if (headerLength < 2 || headerLength > file.Length - LengthBytes)
        {
            throw new InvalidDataException("The header of the weights doesn't fit the file.");
        }

        var data = file[(LengthBytes + (int)headerLength)..];
        using var header = JsonDocument.Parse(file.Slice(LengthBytes, (int)headerLength));
        var tensors = new Dictionary<string, NamedTensor>(StringComparer.Ordinal);
        var next = 0;
        foreach (var entry in header.RootElement.EnumerateObject()
            .Where(e => e.Name != Metadata)
            .OrderBy(e => PlaceOf(e.Value).From)
            .ThenBy(e => PlaceOf(e.Value).To))
        {
            var dtype = entry.Value.GetProperty("dtype").GetString();
            var width = dtype switch
            {
                NamedTensor.F32 => sizeof(float),
                NamedTensor.F64 => sizeof(double),
                NamedTensor.I64 => sizeof(long),
                _ => throw new InvalidDataException($"{entry.Name} has a type that is not read here."),
            };
            int[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt32())];
            var (from, to) = PlaceOf(entry.Value);
            var bytes = shape.Aggregate((long)width, (product, size) => checked(product * size));
            if (from != next || to - from != bytes || to > data.Length || shape.Any(s => s < 0))
            {
                throw new InvalidDataException($"The place of {entry.Name} doesn't fit its shape or the file.");
            }

            if (!tensors.TryAdd(entry.Name, new NamedTensor(entry.Name, dtype!, shape, data[from..to].ToArray())))
            {
                throw new InvalidDataException($"{entry.Name} is there twice.");
            }

            next = to;
        }

        return next == data.Length ? tensors : throw new InvalidDataException("The weights have trailing bytes.");
    }

    private static (int From, int To) PlaceOf(JsonElement entry)
    {
        var offsets = entry.GetProperty("data_offsets");
        return offsets.GetArrayLength() == 2
            ? (offsets[0].GetInt32(), offsets[1].GetInt32())
            : throw new InvalidDataException("A tensor's place has a beginning and an end.");
    }

    /// <summary>
    /// The SHA-256 (lower-case hex) of all tensors, sorted by name. Each tensor contributes the line "name dtype d0,d1,…\n" in UTF-8 and
    /// then its data. Two files with equal weights have equal hashes, even if their headers differ in form.
    /// </summary>
    public static string Hash(IEnumerable<NamedTensor> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in tensors.OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{tensor.Name} {tensor.DType} {string.Join(',', tensor.Shape)}\n"));
            hash.AppendData(tensor.Bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
