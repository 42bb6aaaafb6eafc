using ModelOps.Domain.Data;
using ModelOps.Domain.Features;
using static ModelOps.Domain.Features.DiabetesClass;

namespace ModelOps.Domain.Tests.Data;

public class CanonicalRowTests
{
    private static readonly LabelledExample[] Three =
    [
        Rows.Of(Negative, 44, 5.4, 23.5),
        Rows.Of(Diabetes, 55, 7.9, 31.25, Gender.M),
        Rows.Of(Prediabetes, 50, 6.1, 27),
    ];

    [Fact]
    public void Read_WhenWritten_GivesTheSameRow()
    {
        Span<byte> bytes = stackalloc byte[CanonicalRow.Bytes];
        foreach (var row in Three.Append(Rows.Of(Diabetes, 0, double.Epsilon, double.MaxValue, Gender.M)))
        {
            CanonicalRow.Write(row, bytes);
            Assert.Equal(row, CanonicalRow.Read(bytes));
        }
    }

    [Fact]
    public void Write_WhenZeroIsNegative_WritesZero()
    {
        Span<byte> minus = stackalloc byte[CanonicalRow.Bytes], plus = stackalloc byte[CanonicalRow.Bytes];
        CanonicalRow.Write(Rows.Of(Negative, -0.0), minus);
        CanonicalRow.Write(Rows.Of(Negative, 0.0), plus);

        Assert.Equal(plus.ToArray(), minus.ToArray());
    }

    [Theory]
    [InlineData(24, 2)]
    [InlineData(25, 3)]
    public void Read_WhenGenderOrClassIsUnknown_Throws(int position, byte value)
    {
        var bytes = new byte[CanonicalRow.Bytes];
        bytes[position] = value;

        Assert.Throws<InvalidDataException>(() => CanonicalRow.Read(bytes));
    }

    // Python's hashlib, by reference.py.
    [Fact]
    public void Fingerprint_WhenRowsAreKnown_IsPinned() =>
        Assert.Equal("2f001d73efa516bcc45349bc17571b34ecd27e482be90394aa78d725058f8352", CanonicalRow.Fingerprint(Three));

    [Fact]
    public void Fingerprint_WhenTheOrderDiffers_IsTheSame() =>
        Assert.Equal(CanonicalRow.Fingerprint(Three), CanonicalRow.Fingerprint([Three[2], Three[0], Three[1]]));

    [Fact]
    public void Fingerprint_WhenAnythingElseDiffers_Differs()
    {
        string[] all =
        [
            CanonicalRow.Fingerprint(Three),
            CanonicalRow.Fingerprint(Three[..2]),
            CanonicalRow.Fingerprint([.. Three, Three[0]]),
            CanonicalRow.Fingerprint([Three[0] with { Class = Diabetes }, .. Three[1..]]),
            CanonicalRow.Fingerprint([Three[0] with { Features = Three[0].Features with { Age = 44.00000000000001 } }, .. Three[1..]]),
            CanonicalRow.Fingerprint([Three[0] with { Features = Three[0].Features with { Gender = Gender.M } }, .. Three[1..]]),
        ];

        Assert.Equal(all.Length, all.Distinct().Count());
    }
}
