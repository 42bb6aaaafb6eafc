using System.Text;
using ModelOps.Application.Abstractions;
using ModelOps.Domain;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;
using ModelOps.Infrastructure.Csv;

namespace ModelOps.Infrastructure.Tests.Csv;

/// <summary>What a caller states about a file, and what is proposed.</summary>
public sealed class MappingTests
{
    private const string Spanish = "Sexo;Edad;IMC;Glicada;Control;NHC\nH;58;31,2;64;Sí;A1\nM;41;24;33;No;A2\nM;50;27,5;42;no;A1\n";

    private static readonly CsvMapping ForSpanish = new()
    {
        Columns = new Dictionary<string, ColumnMapping>
        {
            [ColumnNames.HbA1c] = new() { Header = "GLICADA", Unit = "mmol/mol" },
            [ColumnNames.Class] = new() { Header = "Control", Codes = new Dictionary<string, string> { ["SI"] = "Y", ["No"] = "Negative" } },
            [ColumnNames.PatientReference] = new() { Header = "nhc" },
        },
    };

    [Fact]
    public void Read_ByAMapping_ConvertsUnitsTranslatesWordsAndTakesTheReference()
    {
        var (report, rows) = Read(Spanish, ForSpanish);

        Assert.Equal((3, 0), (report.Rows, report.Rejected));
        Assert.Equal(
            [
                new ClinicalRow(new(new PatientFeatures(8.01, 58, 31.2, Gender.M), DiabetesClass.Diabetes), "A1"),
                new ClinicalRow(new(new PatientFeatures(5.17, 41, 24, Gender.F), DiabetesClass.Negative), "A2"),
                new ClinicalRow(new(new PatientFeatures(5.99, 50, 27.5, Gender.F), DiabetesClass.Negative), "A1"),
            ],
            rows);
        Assert.Equal("hba1c_mmol_per_mol", Assert.Single(report.Conversions).Code);
    }

    [Fact]
    public void Read_ByTheReportsMapping_GivesTheSameRows()
    {
        var (report, rows) = Read(Spanish, ForSpanish);

        List<ClinicalRow> again = [];
        new ClinicalCsvReader().Read(Stream(Spanish), CsvOptions.AsStored(report.Mapping), again.Add, default);
        Assert.Equal(rows, again);
        Assert.Equal(rows, Read(Spanish, report.Mapping!).Rows);
    }

    [Theory]
    [InlineData("fraction", "0.065", 6.5)]
    [InlineData("fraction", "0.0475", 4.75)]
    [InlineData("mmol/mol", "48", 6.54)]
    [InlineData("MMOL/MOL", "20", 3.98)]
    [InlineData("%", "6.5", 6.5)]
    [InlineData("percent", "6.5%", 6.5)]
    public void Read_WithAStatedUnit_ConvertsToPercent(string unit, string value, double expected) =>
        Assert.Equal(expected, Read(File(value), Of(ColumnNames.HbA1c, new() { Unit = unit })).Rows[0].Example.Features.HbA1c);

    [Theory]
    [InlineData("%", "48", "22", "50", "mmol/mol")]
    [InlineData("%", "0.05", "0.06", "0.07", "fraction")]
    [InlineData("mmol/mol", "5.4", "6.5", "5.9", "%")]
    [InlineData("fraction", "5.4", "6.5", "5.9", "%")]
    [InlineData("fraction", "54", "65", "59", "mmol/mol")]
    public void Read_WhenTheStatedUnitIsWrong_KeepsNoRow(string unit, string a, string b, string c, string likely)
    {
        var refusal = Refused(File(a, b, c), Of(ColumnNames.HbA1c, new() { Unit = unit }));

        Assert.Equal("invalid_dataset", refusal.Code);
        Assert.Contains($"look{(likely == "%" ? "" : "s")} like {likely}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WithAPercentSignInAnotherUnit_LeavesTheRowOut() =>
        Assert.Equal(1, Read(File("6.5%", "48"), Of(ColumnNames.HbA1c, new() { Unit = "mmol/mol" })).Report.Rejected);

    [Theory]
    [InlineData("0,1", "0=F 1=M", "FM")]
    [InlineData("hombre,m", "Hombre=M M=F", "MF")]
    [InlineData("Varón,mujer", "VARON=M Mujer=F", "MF")]
    public void Read_WithStatedCodes_ComparesWithoutCaseAndAccents(string values, string codes, string expected) =>
        Assert.Equal(expected, string.Concat(
            Read(Genders(values), Of(ColumnNames.Gender, Codes(codes))).Rows.Select(r => r.Example.Features.Gender)));

    [Fact]
    public void Read_WhenAWordHasNoCode_LeavesItsRowOut()
    {
        var (report, rows) = Read(Genders("1,2,M"), Of(ColumnNames.Gender, Codes("1=M 2=F")));

        Assert.Equal(2, rows.Count);
        Assert.Equal((4, "Gender"), (report.Problems[0].Line, report.Problems[0].Column));
    }

    [Theory]
    [InlineData("0,1", "0, 1")]
    [InlineData("Chico,Chica", "Chico, Chica")]
    [InlineData("123456,1", "1")]
    public void Read_WhenNoWordIsKnown_ListsThem(string values, string listed)
    {
        var refusal = Refused(Genders(values));

        Assert.Equal("invalid_dataset", refusal.Code);
        Assert.Contains($"known: {listed}. Say what", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("123456", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WithManyUnknownWords_ListsTwentyAndCutsThem()
    {
        var refusal = Refused(Genders(string.Join(',', Enumerable.Range(10, 80).Select(i => $"w{i}{new string('x', 100)}"))));

        Assert.Contains(", …. Say what", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(20, refusal.Message.Split('w').Count(part => part.Contains("xxx", StringComparison.Ordinal)));
        Assert.InRange(refusal.Message.Length, 0, 1_200);
    }

    [Theory]
    [InlineData("Sexo", "M,M", "ambiguous_coding")]
    [InlineData("Sexo", "M,F", null)]
    [InlineData("Sexo", "H,M", null)]
    [InlineData("Gender", "M,M", null)]
    public void Preview_OfOneWordWithTwoMeanings_AsksWhatItMeans(string header, string values, string? question) =>
        Assert.Equal(question, Preview(Genders(values, header)).Questions.SingleOrDefault()?.Code);

    [Theory]
    [InlineData("HbA1c;Edad;IMC;Gender;Clase")]
    [InlineData("HbA1c;AGE;BMI;Gender;Diagnóstico")]
    [InlineData("HbA1c_level;AGE;BMI;Gender;CLASS")]
    public void Preview_OfMAloneInAFileWithOtherNames_AsksWhatItMeans(string headers)
    {
        var csv = $"{headers}\n5.5;40;24;M;N\n6.5;50;24;m;Y\n";

        Assert.Equal(("ambiguous_coding", "Gender"), Preview(csv).Questions.Select(q => (q.Code, q.Column)).Single());
        Assert.Contains("Gender is M, which has two meanings", Refused(csv).Message, StringComparison.Ordinal);
        Assert.Empty(Preview($"{headers}\n5.5;40;24;M;N\n6.5;50;24;H;Y\n").Questions);
    }

    [Fact]
    public void Preview_OfMAloneInACanonicalFile_SaysThatItMeansMale()
    {
        var note = Assert.Single(Preview(Genders("M,M")).Report.Conversions);

        Assert.Equal(("only_one_word", "Gender"), (note.Code, note.Column));
        Assert.Contains("must be M (male) or F (female)", note.Detail.ToString(), StringComparison.Ordinal);
        Assert.Empty(Preview(Genders("M,F")).Report.Conversions);
        Assert.Empty(Preview(Genders("F,F")).Report.Conversions);
    }

    [Fact]
    public void Preview_OfAnOrdinaryFile_ProposesACompleteMapping()
    {
        var preview = Preview("HbA1c,AGE,BMI,Gender,CLASS,x\n5.5,40,24,F,N,1\n9.9,x,24,M,Y,2\n7.5,50,24,M,P,3\n");

        Assert.Empty(preview.Questions);
        Assert.Equal((2, 1), (preview.Report.Rows, preview.Report.Rejected));
        Assert.Equal([2, 4], preview.Rows.Select(r => r.Line));
        Assert.Equal(["F", "M"], preview.Distinct[ColumnNames.Gender]);
        var mapping = preview.Report.Mapping!;
        Assert.Equal((",", "utf-8", "."), (mapping.Separator, mapping.Encoding, preview.DecimalSign));
        Assert.Equal(("HbA1c", "%"), (mapping.Columns[ColumnNames.HbA1c].Header, mapping.Columns[ColumnNames.HbA1c].Unit));
        Assert.Equal(["F=F", "M=M"], mapping.Columns[ColumnNames.Gender].Codes!.Select(c => $"{c.Key}={c.Value}").Order());
        Assert.Equal(["N=N", "P=P", "Y=Y"], mapping.Columns[ColumnNames.Class].Codes!.Select(c => $"{c.Key}={c.Value}").Order());
    }

    [Fact]
    public void Preview_OfAFileWithQuestions_ProposesWhatIsLikely()
    {
        var preview = Preview("HbA1c;Años;BMI;Gender;CLASS\n48;40;24;F;sí\n64;50;24;M;no\n33;50;24;M;no\n");

        Assert.Equal(
            [("missing_column", "AGE"), ("other_unit", "HbA1c"), ("unknown_words", "CLASS")],
            preview.Questions.Select(q => (q.Code, q.Column)));
        Assert.Empty(preview.Rows);
        Assert.Equal("mmol/mol", preview.Report.Mapping!.Columns[ColumnNames.HbA1c].Unit);
        Assert.Equal(["sí", "no"], preview.Distinct[ColumnNames.Class]);

        var answered = Preview(
            "HbA1c;Años;BMI;Gender;CLASS\n48;40;24;F;sí\n64;50;24;M;no\n33;50;24;M;no\n",
            preview.Report.Mapping with
            {
                Columns = new Dictionary<string, ColumnMapping>(preview.Report.Mapping.Columns)
                {
                    [ColumnNames.Age] = new() { Header = "anos" },
                    [ColumnNames.Class] = Codes("si=Y no=N"),
                },
            });
        Assert.Empty(answered.Questions);
        Assert.Equal(3, answered.Rows.Count);
    }

    [Fact]
    public void Read_WhenNoHeaderIsKnown_ListsTheHeaders()
    {
        var refusal = Refused("glucose;Años;peso\n5;40;24\n");

        Assert.Equal("missing_columns", refusal.Code);
        Assert.Contains("Its headers are: glucose, Años, peso.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WhenThereIsNoHeader_ListsNoValue()
    {
        var refusal = Refused("5.5,40,24.5,F,N\n5.6,41,25,M,Y\n");

        Assert.Equal("missing_columns", refusal.Code);
        Assert.DoesNotContain("24.5", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("headers are", refusal.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, CsvMapping> Unfit { get; } = new()
    {
        { "mapping.columns.HbA1c.header", Of(ColumnNames.HbA1c, new() { Header = "nowhere" }) },
        { "mapping.columns.AGE.header", Of(ColumnNames.Age, new() { Header = "TWICE" }) },
        { "mapping.columns.patient_ref.header", Of(ColumnNames.PatientReference, new() { Header = "nowhere" }) },
        { "mapping.columns.HbA1c.unit", Of(ColumnNames.HbA1c, new() { Unit = "mg/dl" }) },
        { "mapping.columns.Gender.unit", Of(ColumnNames.Gender, new() { Unit = "%" }) },
        { "mapping.columns.AGE.codes", Of(ColumnNames.Age, Codes("a=F")) },
        { "mapping.columns.Gender.codes", Of(ColumnNames.Gender, Codes("a=X")) },
        { "mapping.columns.Gender.codes", Of(ColumnNames.Gender, Codes("Ü=F u=M")) },
        { "mapping.columns.Gender.codes", Of(ColumnNames.Gender, new() { Codes = new Dictionary<string, string>() }) },
        { "mapping.columns.hba1c", Of("hba1c", new() { Header = "HbA1c" }) },
        { "mapping.columns.AGE", Of(ColumnNames.Age, null!) },
        { "mapping.separator", new CsvMapping { Separator = "#" } },
        { "mapping.separator", new CsvMapping { Separator = ",," } },
        { "mapping.encoding", new CsvMapping { Encoding = "ebcdic" } },
    };

    [Theory]
    [MemberData(nameof(Unfit))]
    public void Read_ByAMappingThatDoesNotFit_NamesTheField(string field, CsvMapping mapping)
    {
        var refusal = Refused("HbA1c,AGE,BMI,Gender,CLASS,twice,Twice \n5.5,40,24,F,N,1,2\n", mapping);

        Assert.Equal("validation_failed", refusal.Code);
        Assert.Equal([field], refusal.Errors!.Keys);
    }

    [Fact]
    public void Read_WhenTwoColumnsStateOneHeader_IsRefused()
    {
        var mapping = new CsvMapping
        {
            Columns = new Dictionary<string, ColumnMapping>
            {
                [ColumnNames.Age] = new() { Header = "x" },
                [ColumnNames.Bmi] = new() { Header = "X" },
            },
        };

        Assert.Equal("validation_failed", Refused("HbA1c,x,Gender,CLASS\n5.5,40,F,N\n", mapping).Code);
    }

    [Theory]
    [InlineData("patient_ref")]
    [InlineData("Patient_Ref")]
    public void Read_WithAReferenceByItsOwnName_HandsItOver(string header)
    {
        var rows = Read($"HbA1c,AGE,BMI,Gender,CLASS,{header}\n5.5,40,24,F,N, A 1 \n5.5,40,24,F,N,\n5.5,40,24,F,N,{new string('x', 101)}\n").Rows;

        Assert.Equal(["A 1", null], rows.Select(r => r.PatientReference));
    }

    [Fact]
    public void Read_WithASynonymOfAReference_IgnoresIt() =>
        Assert.Null(Read("HbA1c,AGE,BMI,Gender,CLASS,NHC\n5.5,40,24,F,N,A1\n").Rows[0].PatientReference);

    private static ColumnMapping Codes(string codes) =>
        new() { Codes = codes.Split(' ').Select(c => c.Split('=')).ToDictionary(c => c[0], c => c[1]) };

    private static CsvMapping Of(string column, ColumnMapping mapping) =>
        new() { Columns = new Dictionary<string, ColumnMapping> { [column] = mapping } };

    private static string File(params string[] hba1c) =>
        "HbA1c,AGE,BMI,Gender,CLASS\n" + string.Concat(hba1c.Select((value, i) => $"{value},{40 + i},24,F,N\n"));

    private static string Genders(string values, string header = "Gender") =>
        $"HbA1c,AGE,BMI,{header},CLASS\n" + string.Concat(values.Split(',').Select((value, i) => $"5.5,{40 + i},24,{value},N\n"));

    private static (CsvReport Report, List<ClinicalRow> Rows) Read(string content, CsvMapping? mapping = null)
    {
        List<ClinicalRow> rows = [];
        var options = CsvOptions.Default with { Mapping = mapping ?? CsvMapping.Empty };
        return (new ClinicalCsvReader().Read(Stream(content), options, rows.Add, default), rows);
    }

    private static CsvPreview Preview(string content, CsvMapping? mapping = null) =>
        new ClinicalCsvReader().Preview(Stream(content), mapping ?? CsvMapping.Empty, default);

    private static RefusalException Refused(string content, CsvMapping? mapping = null)
    {
        var taken = 0;
        var refusal = Assert.Throws<RefusalException>(() => new ClinicalCsvReader().Read(
            Stream(content), CsvOptions.Default with { Mapping = mapping ?? CsvMapping.Empty }, _ => taken++, default));
        Assert.Equal(0, taken);
        return refusal;
    }

    private static MemoryStream Stream(string content) => new(Encoding.UTF8.GetBytes(content));
}
