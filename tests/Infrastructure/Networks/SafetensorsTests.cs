using System.Buffers.Binary;
using System.Text;
using ModelOps.Infrastructure.Networks;

namespace ModelOps.Infrastructure.Tests.Networks;

public sealed class SafetensorsTests
{
    private const string Two =
        """{"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"b":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}""";

    [Fact]
    public void Read_OfWhatWriteMade_GivesTheSameTensors()
    {
        NamedTensor[] tensors =
        [
            NamedTensor.Float("0.weight", [2, 3], [1, -0f, float.Epsilon, float.MaxValue, 1f / 3, -5]),
            NamedTensor.Integer("1.num_batches_tracked", long.MaxValue - 1),
            NamedTensor.Float("empty", [0], []),
            NamedTensor.Float("0.bias", [1], [7]),
        ];

        var read = Safetensors.Read(Safetensors.Write(tensors));

        Assert.Equal(tensors.Length, read.Count);
        Assert.All(tensors, t =>
        {
            Assert.Equal(t.DType, read[t.Name].DType);
            Assert.Equal(t.Shape, read[t.Name].Shape);
            Assert.Equal(t.Bytes, read[t.Name].Bytes);
        });
        Assert.Equal([1, -0f, float.Epsilon, float.MaxValue, 1f / 3, -5], read["0.weight"].ToFloats());
        Assert.Equal(Safetensors.Hash(tensors), Safetensors.Hash(read.Values));
    }

    /// <summary>The format's own words: a header length, a JSON header that begins with a brace, data aligned to 8 bytes.</summary>
    [Fact]
    public void Write_OfTwoTensors_MakesTheseBytes()
    {
        var file = Safetensors.Write([NamedTensor.Float("a", [2, 1], [1, 2]), NamedTensor.Integer("b", 3)]);
        var header =
            """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"b":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}""";
        var padded = header.PadRight((header.Length + 7) / 8 * 8);

        Assert.Equal(File(padded, [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 3, 0, 0, 0, 0, 0, 0, 0]), file);
    }

    [Fact]
    public void Read_OfAForeignHeader_TakesAnyOrderAndBlanks()
    {
        var read = Safetensors.Read(File("  " + Two.Replace(",", " , ", StringComparison.Ordinal) + "   ", new byte[16]));

        Assert.Equal(["a", "b"], read.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([0f, 0f], read["a"].ToFloats());
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}""")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("""{"a":7}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16,16]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":["0","16"]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16.5]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4]}}""")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,16]}}""")]
    [InlineData("""{"a":{"shape":[4],"data_offsets":[0,16]}}""")]
    [InlineData("""{"a":{"dtype":null,"shape":[4],"data_offsets":[0,16]}}""")]
    [InlineData("""{"a":{"dtype":4,"shape":[4],"data_offsets":[0,16]}}""")]
    [InlineData("""{"a":{"dtype":"F16","shape":[8],"data_offsets":[0,16]}}""")]
    [InlineData("""{"a":{"dtype":"f32","shape":[4],"data_offsets":[0,16]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,16]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-4],"data_offsets":[0,16]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2,-2],"data_offsets":[0,16]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4.0],"data_offsets":[0,16]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[65536,65536,65536,65536],"data_offsets":[0,16]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967300],"data_offsets":[0,16]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[16,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]},"b":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[5],"data_offsets":[0,20]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},}""")]
    [InlineData("{}")]
    public void Read_WithABrokenHeader_RefusesTheFile(string header) =>
        Assert.Throws<InvalidDataException>(() => Safetensors.Read(File(header, new byte[16])));

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1L << 32)]
    public void Read_WithAWrongHeaderLength_RefusesTheFile(long length)
    {
        var file = File(Two, new byte[16]);
        BinaryPrimitives.WriteInt64LittleEndian(file, length);

        Assert.Throws<InvalidDataException>(() => Safetensors.Read(file));
    }

    [Fact]
    public void Read_WhenCutAnywhere_RefusesTheFile()
    {
        var file = File(Two, new byte[16]);

        for (var length = 0; length < file.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => Safetensors.Read(file.AsMemory(0, length)));
        }
    }

    [Fact]
    public void Read_WithTrailingBytes_RefusesTheFile() =>
        Assert.Throws<InvalidDataException>(() => Safetensors.Read(File(Two, new byte[17])));

    [Fact]
    public void Read_OfMoreThanTheLimit_RefusesTheFile()
    {
        var values = new float[Safetensors.MaxBytes / sizeof(float)];

        Assert.Throws<InvalidDataException>(() => Safetensors.Read(Safetensors.Write([NamedTensor.Float("a", [values.Length], values)])));
    }

    [Fact]
    public void Read_OfTextThatIsNoUtf8_RefusesTheFile()
    {
        var file = File(Two, new byte[16]);
        file[Array.IndexOf(file, (byte)'a')] = 0xFF;

        Assert.Throws<InvalidDataException>(() => Safetensors.Read(file));
    }

    /// <summary>Whichever bit is flipped, the file is refused or read as something that has another hash.</summary>
    [Fact]
    public void Read_WithAnyBitFlipped_NeverGivesTheSameTensorsFromOtherData()
    {
        var file = File(Two, [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 3, 0, 0, 0, 0, 0, 0, 0]);
        var hash = Safetensors.Hash(Safetensors.Read(file).Values);
        var refused = 0;

        for (var bit = 0; bit < 8 * file.Length; bit++)
        {
            byte[] flipped = [.. file];
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            try
            {
                Assert.NotEqual(hash, Safetensors.Hash(Safetensors.Read(flipped).Values));
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 8 * 8, 8 * (file.Length - 16));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void ToFloats_WithAValueThatIsNotFinite_Refuses(float value) =>
        Assert.Throws<InvalidDataException>(() => NamedTensor.Float("a", [2], [1, value]).ToFloats());

    [Fact]
    public void ToFloats_OfAnInteger_Refuses() => Assert.Throws<InvalidDataException>(() => NamedTensor.Integer("a", 1).ToFloats());

    [Fact]
    public void Hash_OfTheSameTensorsInAnotherOrder_IsTheSame()
    {
        var a = NamedTensor.Float("a", [2], [1, 2]);
        var b = NamedTensor.Integer("b", 3);

        Assert.Equal(Safetensors.Hash([a, b]), Safetensors.Hash([b, a]));
        Assert.NotEqual(Safetensors.Hash([a, b]), Safetensors.Hash([a with { Name = "c" }, b]));
        Assert.NotEqual(Safetensors.Hash([a, b]), Safetensors.Hash([a with { Shape = [2, 1] }, b]));
        Assert.NotEqual(Safetensors.Hash([a, b]), Safetensors.Hash([NamedTensor.Float("a", [2], [1, 3]), b]));
    }

    private static byte[] File(string header, byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        return [.. length, .. json, .. data];
    }
}
