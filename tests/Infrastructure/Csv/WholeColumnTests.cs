using System.Globalization;
using System.Text;
using ModelOps.Application.Abstractions;
using ModelOps.Domain;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;
using ModelOps.Infrastructure.Csv;

namespace ModelOps.Infrastructure.Tests.Csv;

/// <summary>What each row alone can't show: the unit, the coding and the order of whole columns.</summary>
public sealed class WholeColumnTests
{
    [Theory]
    [InlineData("22", "48", "42")]
    [InlineData("22", "24.5", "5.4")]
    [InlineData("38", "40", "75")]
    public void Read_WhenHbA1cLooksLikeMmolPerMol_KeepsNoRowAndOffersTheConversion(params string[] values)
    {
        var refusal = Refused(Column("HbA1c", values));

        Assert.Equal("invalid_dataset", refusal.Code);
        Assert.Contains("looks like mmol/mol", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("HbA1c (mmol/mol)", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("20", "20", "20")]
    [InlineData("4.9", "19.9", "25")]
    [InlineData("22", "25")]
    public void Read_WhenHbA1cIsHighButNotMostlyAboveWhatPercentIs_TakesIt(params string[] values) =>
        Assert.Equal(values.Length, Read(Column("HbA1c", values)).Report.Rows);

    [Theory]
    [InlineData("HbA1c (mmol/mol)")]
    [InlineData("HBA1C [mmol/mol]")]
    [InlineData("hba1c mmol/mol")]
    public void Read_WhenTheHeaderSaysMmolPerMol_ConvertsAndSaysSo(string header)
    {
        var (report, rows) = Read(Column(header, "48", "22", "42", "39"));

        // NGSP = 0.09148 · IFCC + 2.152: the laboratories' tables give 6.5, 4.2, 6.0 and 5.7 %.
        Assert.Equal([6.54, 4.16, 5.99, 5.72], rows.Select(r => r.Features.HbA1c));
        Assert.Equal("hba1c_mmol_per_mol", Assert.Single(report.Conversions).Code);
        Assert.Empty(Read(Column("HbA1c (%)", "6.5", "5.1", "5.9")).Report.Conversions);
    }

    [Fact]
    public void Read_WhenTheHeaderSaysMmolPerMolButTheValuesArePercent_KeepsNoRow() =>
        Assert.Contains("look like %", Refused(Column("HbA1c (mmol/mol)", "5.4", "6.5", "5.9")).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_WhenHbA1cIsAFraction_KeepsNoRow() =>
        Assert.Contains("looks like fraction", Refused(Column("HbA1c", "0.045", "0.065", "0.057")).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_WhenHbA1cHasAPercentSign_ReadsTheNumber() =>
        Assert.Equal([5.7, 6.5, 4.9], Read(Column("HbA1c", "5.7%", "6.5 %", "4.9")).Rows.Select(r => r.Features.HbA1c));

    [Theory]
    [InlineData("5.5%%,40,24,F,N")]
    [InlineData("%,40,24,F,N")]
    [InlineData("5.5,40%,24,F,N")]
    [InlineData("5.5,40,24%,F,N")]
    public void Read_WhenAPercentSignIsNoUnit_LeavesTheRowOut(string row) =>
        Assert.Equal((1, 1), Read($"HbA1c,AGE,BMI,Gender,CLASS\n{row}\n5.5,40,24,F,N").Report is var r ? (r.Rows, r.Rejected) : default);

    [Theory]
    [InlineData("M,F,m", "MFM")]
    [InlineData("H,M,h", "MFM")]
    [InlineData("V,M", "MF")]
    [InlineData("Male,Female", "MF")]
    [InlineData("Hombre,MUJER", "MF")]
    [InlineData("Varón,Mujer", "MF")]
    [InlineData("Masculino,Femenino", "MF")]
    [InlineData("M,M", "MM")]
    [InlineData("F,F", "FF")]
    [InlineData("H,H", "MM")]
    public void Read_OfOneCodingOfGender_TakesItsMeaning(string values, string expected) =>
        Assert.Equal(expected, string.Concat(Read(Gender(values)).Rows.Select(r => r.Features.Gender)));

    [Theory]
    [InlineData("M,F,H")]
    [InlineData("M,Mujer")]
    [InlineData("Male,F")]
    [InlineData("V,F")]
    public void Read_WhenGenderMixesCodings_KeepsNoRow(string values) =>
        Assert.Contains("mixes codings", Refused(Gender(values)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("0,1,M")]
    [InlineData("M,X")]
    public void Read_WhenGenderHasATextOfNoCoding_LeavesOnlyItsRowsOut(string values)
    {
        var (report, rows) = Read(Gender(values));

        Assert.Equal(1, report.Rows);
        Assert.Equal(Domain.Features.Gender.M, Assert.Single(rows).Features.Gender);
        Assert.Equal("must be M (male) or F (female)", report.Problems[0].Problem.Format);
    }

    [Fact]
    public void Read_WhenAgeAndBmiAreExchanged_AsksForAConfirmation()
    {
        var file = Table(i => $"5.5,{24 + (i % 9)},{50 + i},F,N");

        var refusal = Refused(file);
        Assert.Equal("confirmation_needed", refusal.Code);
        Assert.Equal(["columns_swapped"], refusal.Errors!["confirm"]);

        var (report, rows) = Read(file, "columns_swapped");
        Assert.Equal("columns_swapped", Assert.Single(report.Warnings).Code);
        Assert.Equal(20, rows.Count);
    }

    [Fact]
    public void Read_WhenAllAreSmallChildren_AsksForAConfirmation()
    {
        var file = Table(i => $"5.5,{i % 5},17,F,N");

        Assert.Equal(["implausible_ages"], Refused(file).Errors!["confirm"]);
        Assert.Equal(20, Read(file, "implausible_ages").Report.Rows);
    }

    [Fact]
    public void Read_OfAnOrdinaryFile_WarnsOfNothing() =>
        Assert.Empty(Read(Table(i => $"5.5,{20 + (3 * i)},{20 + i},F,N")).Report.Warnings);

    [Fact]
    public void Read_OfASpanishFile_NeedsNoMapping()
    {
        const string File = "Sexo;Edad;IMC;HbA1c (mmol/mol);Clase\nHombre;58;31,2;64;Diabético\nMujer;41;24;33;Negativo\nMujer;50;27,5;42;Prediabético";

        var (report, rows) = Read(File);

        Assert.Equal((3, 0), (report.Rows, report.Rejected));
        Assert.Equal(
            [
                new LabelledExample(new PatientFeatures(8.01, 58, 31.2, Domain.Features.Gender.M), DiabetesClass.Diabetes),
                new LabelledExample(new PatientFeatures(5.17, 41, 24, Domain.Features.Gender.F), DiabetesClass.Negative),
                new LabelledExample(new PatientFeatures(5.99, 50, 27.5, Domain.Features.Gender.F), DiabetesClass.Prediabetes),
            ],
            rows);
    }

    [Fact]
    public void Read_WhenAFileHasTheColumnAndASynonym_TakesTheColumn() =>
        Assert.Equal(40, Assert.Single(Read("HbA1c,AGE,Edad,BMI,Gender,CLASS\n5.5,40,99,24,F,N").Rows).Features.Age);

    [Theory]
    [InlineData("HbA1c (g/dl),AGE,BMI,Gender,CLASS")]
    [InlineData("HbA1c,AGE (months),BMI,Gender,CLASS")]
    public void Read_WhenAHeaderNamesAnotherUnit_KeepsNoRow(string header) =>
        Assert.Contains("unit that isn't known", Refused($"{header}\n5.5,40,24,F,N").Message, StringComparison.Ordinal);

    [Fact]
    public void Read_OfAStoredFile_JudgesNoColumn()
    {
        var rows = new List<LabelledExample>();

        var file = Stream(Column("HbA1c", "22", "21", "24"));
        new ClinicalCsvReader().Read(file, CsvOptions.AsStored(null), row => rows.Add(row.Example), default);

        Assert.Equal([22, 21, 24], rows.Select(r => r.Features.HbA1c));
    }

    private static string Column(string header, params string[] values) =>
        $"{header},AGE,BMI,Gender,CLASS\n" + string.Join('\n', values.Select((value, i) => $"{value},{40 + i},24,F,N"));

    private static string Gender(string values) =>
        "HbA1c,AGE,BMI,Gender,CLASS\n" + string.Join('\n', values.Split(',').Select((value, i) => $"5.5,{40 + i},24,{value},N"));

    private static string Table(Func<int, FormattableString> row) =>
        "HbA1c,AGE,BMI,Gender,CLASS\n"
            + string.Join('\n', Enumerable.Range(0, 20).Select(i => row(i).ToString(CultureInfo.InvariantCulture)));

    private static (CsvReport Report, List<LabelledExample> Rows) Read(string content, params string[] confirmed)
    {
        var rows = new List<LabelledExample>();
        var options = new CsvOptions(Strict: false, confirmed.ToHashSet());
        return (new ClinicalCsvReader().Read(Stream(content), options, row => rows.Add(row.Example), default), rows);
    }

    private static RefusalException Refused(string content)
    {
        var taken = 0;
        var refusal = Assert.Throws<RefusalException>(() => new ClinicalCsvReader().Read(
            Stream(content), CsvOptions.Default, _ => taken++, default));
        Assert.Equal(0, taken);
        return refusal;
    }

    private static MemoryStream Stream(string content) => new(Encoding.UTF8.GetBytes(content));
}
