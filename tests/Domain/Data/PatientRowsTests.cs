using ModelOps.Domain.Data;
using ModelOps.Domain.Features;
using static ModelOps.Domain.Features.DiabetesClass;

namespace ModelOps.Domain.Tests.Data;

/// <summary>Rows files in which patients are known.</summary>
public class PatientRowsTests
{
    private static readonly PatientToken Ann = Rows.Key.TokenOf("ann");
    private static readonly PatientToken Bob = Rows.Key.TokenOf("bob");

    [Theory]
    [InlineData(3)]
    [InlineData(1_000)]
    public void Sorted_WhenPatientsAreKnown_IsDistinctByInputsClassAndPatient(int rowsInMemory)
    {
        var (row, other) = (Rows.Of(Negative, 30), Rows.Of(Negative, 31));
        CountedRow[] sorted = Sort(
            rowsInMemory, (row, Ann), (other, Ann), (row, Bob), (row, default), (row, Ann), (other, Bob), (row, Ann));

        PatientToken[] patients = Ann.Value < Bob.Value ? [default, Ann, Bob] : [default, Bob, Ann];
        Assert.Equal(patients, sorted.Where(r => r.Row == row).Select(r => r.Patient));
        Assert.Equal(patients.Select(p => p == Ann ? 3 : 1), sorted.Where(r => r.Row == row).Select(r => r.Count));
        Assert.All(sorted, r => Assert.Equal(r.Patient.IsKnown ? r.Patient.Fold : Rows.Key.FoldOf(r.Row.Features), r.Fold));
    }

    [Fact]
    public void Write_WhenPatientsAreKnown_ReadsBackAsItWas()
    {
        CountedRow[] rows = Sort(10, (Rows.Of(Negative, 30), Ann), (Rows.Of(Diabetes, 30), default), (Rows.Of(Diabetes, 31), Bob));
        using var file = new MemoryStream();
        var written = RowsFile.Write(file, rows, Rows.Key, hasPatients: true);
        file.Position = 0;

        var header = RowsFile.ReadHeader(file);

        Assert.True(header.HasPatients);
        Assert.Equal((written.Sha256, 3L), (header.Sha256, header.Distinct));
        Assert.Equal(RowsFile.HeaderBytes + (3 * RowsFile.PatientRowBytes), file.Length);
        Assert.Equal(rows, RowsFile.Verified(RowsFile.ReadRows(file, header.HasPatients), header.Sha256, header.HasPatients));
    }

    [Fact]
    public void Write_WhenAnotherPatientHasARow_HashesToAnotherValue()
    {
        Assert.NotEqual(Hash(Ann), Hash(Bob));
        Assert.NotEqual(Hash(Ann), Hash(default));

        static string Hash(PatientToken patient) =>
            RowsFile.Write(new MemoryStream(), Sort(10, (Rows.Of(Negative, 30), patient)), Rows.Key, patient.IsKnown).Sha256;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Write_WhenTheFormatDoesNotFitTheRows_Refuses(bool known) => Assert.Throws<ArgumentException>(() =>
        RowsFile.Write(new MemoryStream(), Sort(10, (Rows.Of(Negative, 30), known ? Ann : default)), Rows.Key, hasPatients: !known));

    [Fact]
    public void ReadHeader_WhenTheLengthIsThatOfTheOtherFormat_Refuses()
    {
        using var file = new MemoryStream();
        RowsFile.Write(file, Sort(10, (Rows.Of(Negative, 30), Ann)), Rows.Key, hasPatients: true);
        var bytes = file.ToArray();
        bytes[8] = 1;

        Assert.Throws<InvalidDataException>(() => RowsFile.ReadHeader(new MemoryStream(bytes)));
    }

    [Fact]
    public void WithoutUnknownCopies_GivesARowToAKnownPatientThatHasIt()
    {
        CountedRow[] rows = Sort(
            10,
            (Rows.Of(Negative, 30), default),
            (Rows.Of(Negative, 30), default),
            (Rows.Of(Negative, 30), Ann),
            (Rows.Of(Negative, 30), Bob),
            (Rows.Of(Diabetes, 30), default),
            (Rows.Of(Negative, 31), default));

        CountedRow[] given = [.. RowsSorter.WithoutUnknownCopies(rows)];

        Assert.Equal(rows.Sum(r => r.Count), given.Sum(r => r.Count));
        Assert.Equal(4, given.Length);
        Assert.Equal([1, 3], given.Where(r => r.Row == Rows.Of(Negative, 30)).Select(r => r.Count).Order());
        Assert.All(given.Where(r => r.Row == Rows.Of(Negative, 30)), r => Assert.True(r.Patient.IsKnown));
        Assert.Equal(2, given.Count(r => !r.Patient.IsKnown));
    }

    [Fact]
    public void Overlap_WhenPatientsAreKnown_ComparesInputsAndClass()
    {
        LabelledExample[] rows = Rows.Many(3_000);
        (LabelledExample, PatientToken)[] known = [.. rows.Select(r => (r, Ann)), .. rows[..1_000].Select(r => (r, Bob))];
        var overlap = new RowsOverlap(() => FileOf(known));

        overlap.AddDatasets(
            [FileOf([.. rows[..10].Select(r => (r, default(PatientToken)))]), FileOf([(rows[2_000], Bob), (rows[0], Bob)])]);

        Assert.Equal(new OverlapCounts(21, 0, 21), overlap.Count());
        Assert.True(overlap.Filter().MayContain(rows[5]));
    }

    private static MemoryStream FileOf((LabelledExample Row, PatientToken Patient)[] rows)
    {
        var file = new MemoryStream();
        RowsFile.Write(file, Sort(1_000, rows), Rows.Key, Array.Exists(rows, r => r.Patient.IsKnown));
        file.Position = 0;
        return file;
    }

    private static CountedRow[] Sort(int rowsInMemory, params (LabelledExample Row, PatientToken Patient)[] rows)
    {
        using var sorter = new RowsSorter(() => new MemoryStream(), rowsInMemory);
        foreach (var (row, patient) in rows)
        {
            sorter.Add(row, patient);
        }

        return [.. sorter.Sorted(Rows.Key)];
    }
}
