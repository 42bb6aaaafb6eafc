using ModelOps.Domain.Data;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;
using ModelOps.Domain.Tests.Data;

namespace ModelOps.Domain.Tests.Datasets;

public class DatasetTests
{
    private static readonly CsvReport Report = new(1, 5, 0, [], 0, new Dictionary<DiabetesClass, int>());
    private static readonly DataProfile Profile = DataProfiler.Of([new CountedRow(Rows.Of(DiabetesClass.Negative, 40), 1, 0)]);

    public static TheoryData<string?> BadNames => new(
        null,
        "",
        ".csv",
        "csv",
        "data.txt",
        "data.csv.exe",
        ".hidden.csv",
        "..csv",
        "../data.csv",
        "..\\data.csv",
        "a/b.csv",
        "/etc/passwd.csv",
        "C:data.csv",
        "data.csv\n",
        "data.csv\0",
        "data.csv ",
        "data.csv.",
        "da ta.csv",
        "dätä.csv",
        "．．／data.csv",
        "data．csv",
        "con.csv",
        "CON.csv",
        "Aux.tar.csv",
        "nul.csv",
        "prn.csv",
        "com1.csv",
        "LPT9.csv",
        new string('a', 97) + ".csv");

    [Theory]
    [MemberData(nameof(BadNames))]
    public void IsValidName_WhenItIsNoPlainCsvName_IsFalse(string? name) => Assert.False(Dataset.IsValidName(name));

    [Theory]
    [InlineData("a.csv")]
    [InlineData("Clinic_2025-11.v2.CSV")]
    [InlineData("a..b.csv")]
    [InlineData("-.csv")]
    [InlineData("console.csv")]
    [InlineData("com10.csv")]
    public void IsValidName_WhenItIsAPlainCsvName_IsTrue(string name) => Assert.True(Dataset.IsValidName(name));

    [Fact]
    public void IsValidName_WhenLengthIsTheLimit_IsTrue()
    {
        var name = new string('a', Dataset.MaxName - 4) + ".csv";

        Assert.Equal(100, name.Length);
        Assert.True(Dataset.IsValidName(name));
    }

    [Fact]
    public void Create_WhenNameIsValid_KeepsItAndItsKey()
    {
        var now = new DateTime(2025, 11, 11, 0, 0, 0, DateTimeKind.Utc);
        var dataset = Dataset.Create("Clinic.CSV", Report, Profile, 12, "ab", "ann", now);

        Assert.Equal(("Clinic.CSV", "clinic.csv"), (dataset.Name, dataset.NameKey));
        Assert.Equal((Report, 12, "ab", "ann", now),
            (dataset.Report, dataset.Bytes, dataset.Sha256, dataset.UploadedBy, dataset.UploadedAt));
    }

    [Fact]
    public void Create_WhenNameIsInvalid_Refuses()
    {
        var refusal = Assert.Throws<RefusalException>(() => Create("../x.csv"));

        Assert.Equal(("invalid_dataset_name", RefusalKind.Invalid), (refusal.Code, refusal.Kind));
        Assert.DoesNotContain("../x.csv", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rename_ToAnInvalidName_RefusesAndKeepsTheName()
    {
        var dataset = Create("a.csv");

        Assert.Equal("invalid_dataset_name", Assert.Throws<RefusalException>(() => dataset.Rename("con.csv")).Code);
        Assert.Equal(("a.csv", "a.csv"), (dataset.Name, dataset.NameKey));
        dataset.Rename("B.csv");
        Assert.Equal(("B.csv", "b.csv"), (dataset.Name, dataset.NameKey));
    }

    [Theory]
    [InlineData("  from the clinic ", "from the clinic")]
    [InlineData("", null)]
    [InlineData(" \n ", null)]
    public void Describe_WithAText_KeepsItWithoutBlanksAroundIt(string text, string? kept)
    {
        var dataset = Create("a.csv");
        dataset.Describe("before");

        dataset.Describe(text);

        Assert.Equal(kept, dataset.Description);
    }

    private static Dataset Create(string name) => Dataset.Create(name, Report, Profile, 1, "ab", "ann", DateTime.UnixEpoch);
}
