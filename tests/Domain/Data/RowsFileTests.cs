using ModelOps.Domain.Data;
using ModelOps.Domain.Features;
using static ModelOps.Domain.Features.DiabetesClass;

namespace ModelOps.Domain.Tests.Data;

public class RowsFileTests
{
    private static readonly LabelledExample[] Some = [.. Rows.Many(40), .. Rows.Many(10), .. Rows.Many(3)];

    [Fact]
    public void Write_WhenReadBack_GivesEachDistinctRowWithItsCountAndFold()
    {
        using var file = Write(Some);

        var header = RowsFile.ReadHeader(file);
        var rows = RowsFile.ReadRows(file).ToArray();

        Assert.Equal((40, 53, 13), (header.Distinct, header.Total, header.Duplicates));
        Assert.Equal(Some.ToHashSet(), rows.Select(r => r.Row).ToHashSet());
        Assert.Equal(40, rows.Length);
        Assert.All(rows, r => Assert.Equal(Some.Count(s => s == r.Row), r.Count));
        Assert.All(rows, r => Assert.Equal(Rows.Key.FoldOf(r.Row.Features), r.Fold));
        Assert.Equal(DiabetesClasses.All.Select(c => rows.LongCount(r => r.Row.Class == c)),
            DiabetesClasses.All.Select(c => header.ByClass[c]));
        Assert.Equal(Rows.Key.Id, header.KeyId);
    }

    [Fact]
    public void Write_WhateverTheOrder_HashesAsTheFingerprintOfAllRows()
    {
        var shuffled = Some.ToArray();
        new SeededRandom(3, RandomPurpose.Sample).Shuffle<LabelledExample>(shuffled);
        using MemoryStream one = Write(Some), other = Write(shuffled);

        Assert.Equal(one.ToArray(), other.ToArray());
        Assert.Equal(CanonicalRow.Fingerprint(Some), RowsFile.ReadHeader(one).Sha256);
    }

    [Fact]
    public void Write_WhenRowsAreKnown_IsPinned()
    {
        using var file = Write([Rows.Of(Diabetes, 44, hba1c: 7.5), Rows.Of(Negative, 30), Rows.Of(Negative, 30)]);

        Assert.Equal(
            "4d4f5053524f5753" + "0100000000000000" + "0200000000000000" + "0300000000000000"
            + "0100000000000000" + "0000000000000000" + "0100000000000000",
            Convert.ToHexStringLower(file.ToArray().AsSpan(0, 56)));
        Assert.Equal(RowsFile.HeaderBytes + (2 * RowsFile.RowBytes), file.Length);
        Assert.Equal(
            "0000000000001840" + "0000000000003e40" + "0000000000003940" + "00" + "00" + "02000000",
            Convert.ToHexStringLower(file.ToArray().AsSpan(RowsFile.HeaderBytes, RowsFile.RowBytes - 1)));
    }

    [Fact]
    public void Write_WhenRowsAreNotInOrder_Refuses()
    {
        CountedRow[] rows = [.. Sorted(Some)];

        Assert.Throws<ArgumentException>(() => RowsFile.Write(new MemoryStream(), rows.Reverse(), Rows.Key));
        Assert.Throws<ArgumentException>(() => RowsFile.Write(new MemoryStream(), [rows[0], rows[0]], Rows.Key));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(95)]
    [InlineData(96)]
    [InlineData(150)]
    public void ReadHeader_WhenTheFileIsCutShort_Refuses(int length)
    {
        using var file = new MemoryStream(Write(Some).ToArray()[..length]);

        Assert.Throws<InvalidDataException>(() => RowsFile.ReadHeader(file));
    }

    [Theory]
    [InlineData(0, 1)] // the text at the beginning
    [InlineData(8, 1)] // the format
    [InlineData(96 + 24, 9)] // gender
    [InlineData(96 + 25, 9)] // class
    [InlineData(96 + 26 + 3, 128)] // a negative count
    [InlineData(96 + 30, 128)] // fold
    public void Read_WhenAByteIsImpossible_Refuses(int at, byte flipped)
    {
        var bytes = Write(Some).ToArray();
        bytes[at] ^= flipped;
        using var file = new MemoryStream(bytes);

        Assert.Throws<InvalidDataException>(() =>
        {
            RowsFile.ReadHeader(file);
            return RowsFile.ReadRows(file).Count();
        });
    }

    [Theory]
    [InlineData(96 + 26, 0, false)] // count
    [InlineData(96 + 26, 1, true)]
    [InlineData(96 + 30, 9, true)] // fold
    [InlineData(96 + 30, 10, false)]
    public void ReadRows_WhenCountOrFoldIsAroundTheLimit_FollowsIt(int at, byte value, bool valid)
    {
        var bytes = Write(Rows.Many(3)).ToArray();
        bytes[at] = value;
        using var file = new MemoryStream(bytes) { Position = RowsFile.HeaderBytes };

        if (valid)
        {
            Assert.Equal(3, RowsFile.ReadRows(file).Count());
        }
        else
        {
            Assert.Throws<InvalidDataException>(() => RowsFile.ReadRows(file).Count());
        }
    }

    [Fact]
    public void ReadRows_WhenTheLastByteIsMissing_Refuses()
    {
        using var file = new MemoryStream(Write(Some).ToArray()[..^1]) { Position = RowsFile.HeaderBytes };

        Assert.Throws<InvalidDataException>(() => RowsFile.ReadRows(file).Count());
    }

    [Fact]
    public void ReadHeader_WhenANegativeCountFitsTheShortLength_Refuses()
    {
        // 96 − 31 bytes, and −1 rows.
        var bytes = Write(Some).ToArray()[..(RowsFile.HeaderBytes - RowsFile.RowBytes)];
        bytes.AsSpan(16, 8).Fill(255);
        using var file = new MemoryStream(bytes);

        Assert.Throws<InvalidDataException>(() => RowsFile.ReadHeader(file));
    }

    [Fact]
    public void Write_WhenThereAreMoreRowsThanTheBufferHolds_WritesThemAll()
    {
        var rows = Rows.Many(4_500);
        using var file = Write(rows);

        var header = RowsFile.ReadHeader(file);
        CountedRow[] read = [.. RowsFile.Verified(RowsFile.ReadRows(file), header.Sha256)];

        Assert.Equal((4_500, 4_500), (header.Distinct, read.Length));
        Assert.Equal(rows.ToHashSet(), read.Select(r => r.Row).ToHashSet());
    }

    [Fact]
    public void Verified_WhenAValueWasChanged_RefusesAfterTheLastRow()
    {
        using var file = Write(Some);
        var header = RowsFile.ReadHeader(file);
        CountedRow[] rows = [.. RowsFile.ReadRows(file)];

        Assert.Equal(rows, RowsFile.Verified(rows, header.Sha256));
        Assert.Throws<InvalidDataException>(() => RowsFile.Verified(rows.Skip(1), header.Sha256).Count());
        Assert.Throws<InvalidDataException>(() => RowsFile.Verified([rows[0] with { Count = 9 }, .. rows[1..]], header.Sha256).Count());
    }

    [Fact]
    public void ReadHeaderless_OfAnEarlierVersionsFile_GivesTheRowsInTheirOrder()
    {
        using var old = new MemoryStream();
        var canonical = new byte[CanonicalRow.Bytes];
        foreach (var row in Some)
        {
            CanonicalRow.Write(row, canonical);
            old.Write(canonical);
        }

        old.Position = 0;

        Assert.True(RowsFile.IsHeaderless(old));
        Assert.Equal(Some, RowsFile.ReadHeaderless(old));
        using var cut = new MemoryStream(old.ToArray()[..^1]);
        Assert.Throws<InvalidDataException>(() => RowsFile.ReadHeaderless(cut).Count());
    }

    [Fact]
    public void IsHeaderless_OfARowsFile_IsFalseAndKeepsThePosition()
    {
        using var file = Write(Some);

        Assert.False(RowsFile.IsHeaderless(file));
        Assert.Equal(0, file.Position);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(7, true)]
    [InlineData(8, false)]
    public void IsHeaderless_WhenTheFileIsShort_LooksForTheWholeText(int length, bool expected)
    {
        using var file = new MemoryStream(Write(Some).ToArray()[..length]);

        Assert.Equal(expected, RowsFile.IsHeaderless(file));
    }

    private static MemoryStream Write(LabelledExample[] rows)
    {
        var file = new MemoryStream();
        RowsFile.Write(file, Sorted(rows), Rows.Key);
        file.Position = 0;
        return file;
    }

    private static IEnumerable<CountedRow> Sorted(LabelledExample[] rows)
    {
        var sorter = new RowsSorter(() => new MemoryStream());
        Array.ForEach(rows, sorter.Add);
        return sorter.Sorted(Rows.Key);
    }
}
