using System.Globalization;
using System.Text;
using ModelOps.Application.Abstractions;
using ModelOps.Domain;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;
using ModelOps.Infrastructure.Csv;
using ModelOps.TestSupport;

namespace ModelOps.Infrastructure.Tests.Csv;

public sealed class ClinicalCsvReaderTests
{
    private const string Header = "HbA1c,AGE,BMI,Gender,CLASS";
    private const string Good = "5.5,40,24.5,F,N";

    /// <summary>A number that no message of the product holds by itself.</summary>
    private const string Marker = "73219";

    private static readonly CsvOptions Loose = CsvOptions.Default;

    private static readonly CsvOptions Strict = new(Strict: true, new HashSet<string>());

    private static readonly LabelledExample GoodRow = new(new PatientFeatures(5.5, 40, 24.5, Gender.F), DiabetesClass.Negative);

    [Fact]
    public void Read_OfAClinicalExport_TakesEveryUsableRow()
    {
        const string Export = "ID,No_Pation,Gender,AGE,Urea,HbA1c,Chol,BMI,CLASS\r"
            + "502,17975,F,50,4.7,4.9,4.2,24,N\r"
            + "735,34221,M,26,4.5,4.9,3.7,23,N \r"
            + "420,47975,f,50,4.7,6.1,4.2,24,P\r"
            + "680,87656,M,50,4.7,9.4,,33.2,Y  \r"
            + "502,17975,F,50,4.7,4.9,4.2,24,N";

        var (report, rows) = Read(Export);

        Assert.Equal((5, 9, 0, 4), (report.Rows, report.Columns, report.Rejected, rows.Distinct().Count()));
        Assert.Equal((3, 1, 1), (report.ClassCounts[DiabetesClass.Negative], report.ClassCounts[DiabetesClass.Prediabetes],
            report.ClassCounts[DiabetesClass.Diabetes]));
        Assert.Equal(new LabelledExample(new PatientFeatures(6.1, 50, 24, Gender.F), DiabetesClass.Prediabetes), rows[2]);
        Assert.Equal(new LabelledExample(new PatientFeatures(9.4, 50, 33.2, Gender.M), DiabetesClass.Diabetes), rows[3]);
    }

    /// <summary>The shape of the clinical export (14 columns, CR line ends, classes with trailing blanks), with generated values.</summary>
    [Fact]
    public void Read_OfAGeneratedClinicalExport_TakesEveryRow()
    {
        const int Rows = 748;
        var random = new SeededRandom(11, RandomPurpose.Sample);
        var expected = new List<LabelledExample>();
        var export = new StringBuilder("ID,No_Pation,Gender,AGE,Urea,Cr,HbA1c,Chol,TG,HDL,LDL,VLDL,BMI,CLASS");
        for (var i = 0; i < Rows; i++)
        {
            // 40 × 3 × 2 combinations: among 748 rows some are duplicates.
            var (hba1c, age, female) = (4 + (random.NextInt32(40) / 10.0), 30 + random.NextInt32(3), random.NextInt32(2) == 0);
            var (label, patientClass) = (i % 3) switch
            {
                0 => ("N ", DiabetesClass.Negative),
                1 => ("P", DiabetesClass.Prediabetes),
                _ => ("Y  ", DiabetesClass.Diabetes),
            };
            var gender = female ? "f" : "M";
            export.Append(CultureInfo.InvariantCulture, $"\r{i},{i},{gender},{age},4.7,46,{hba1c},4.2,0.9,2.4,1.4,0.5,24,{label}");
            expected.Add(new LabelledExample(new PatientFeatures(hba1c, age, 24, female ? Gender.F : Gender.M), patientClass));
        }

        var (report, rows) = Read(export.ToString());

        Assert.Equal((Rows, 14, 0), (report.Rows, report.Columns, report.Rejected));
        Assert.Equal(expected, rows);
        Assert.NotEqual(Rows, rows.Distinct().Count());
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void Read_WithAnyLineEnd_NumbersTheLinesAsAnEditorDoes(string lineEnd)
    {
        var (report, rows) = Read(string.Join(lineEnd, Header, Good, "x,40,24,F,N", Good, "5,40,24,Z,N", "5,40"));

        Assert.Equal(2, rows.Count);
        Assert.Equal(3, report.Rejected);
        Assert.Equal([(3, "HbA1c"), (5, "Gender"), (6, "")], report.Problems.Select(p => (p.Line, p.Column)));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void Read_WithALineEndInsideQuotes_NumbersTheLinesAfterItRight(string lineEnd)
    {
        var (report, _) = Read(string.Join(lineEnd, "note," + Header, $"\"two{lineEnd}lines\",{Good}", "a,x,40,24,F,N", "b," + Good));

        Assert.Equal(2, report.Rows);
        Assert.Equal(4, Assert.Single(report.Problems).Line);
    }

    [Fact]
    public void Read_WithEmptyLines_SkipsThem()
    {
        var (report, rows) = Read($"{Header}\n\n{Good}\n\n\n{Good}\n\n");

        Assert.Equal(2, rows.Count);
        Assert.Empty(report.Problems);
    }

    [Fact]
    public void Read_WithASemicolon_ReadsTheDecimalComma()
    {
        var (_, rows) = Read("AGE;HbA1c;BMI;Gender;CLASS\n40;5,5;24,5;F;N\n40;5.5;24.5;F;N\n41;6;25;m;prediabetes");

        Assert.Equal([GoodRow, GoodRow, new(new PatientFeatures(6, 41, 25, Gender.M), DiabetesClass.Prediabetes)], rows);
    }

    [Theory]
    [InlineData("1.234,5")]
    [InlineData("1,234.5")]
    [InlineData("5,5,5")]
    public void Read_WithASemicolonAndGroupedDigits_LeavesTheRowOut(string number)
    {
        var (report, rows) = Read($"HbA1c;AGE;BMI;Gender;CLASS\n{number};40;24;F;N\n5,5;40;24,5;F;N");

        Assert.Equal([GoodRow], rows);
        Assert.Equal("HbA1c", Assert.Single(report.Problems).Column);
    }

    [Theory]
    [InlineData("1,5,40,24,F,N")]
    [InlineData("5.5,40,24,F,N,7")]
    [InlineData("5.5,40,24,F")]
    [InlineData("5.5")]
    public void Read_WithAShortOrLongRow_LeavesItOut(string row)
    {
        var (report, rows) = Read($"{Header}\n{row}\n{Good}");

        Assert.Equal([GoodRow], rows);
        Assert.Equal((2, ""), (report.Problems[0].Line, report.Problems[0].Column));
    }

    [Theory]
    [InlineData("\"1,000\"")]
    [InlineData("NaN")]
    [InlineData("nan")]
    [InlineData("Infinity")]
    [InlineData("-Infinity")]
    [InlineData("∞")]
    [InlineData("1e999")]
    [InlineData("-1e999")]
    [InlineData("five")]
    [InlineData("0x5")]
    [InlineData("5 5")]
    [InlineData("(5)")]
    [InlineData("５")]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("\"\"")]
    [InlineData("0")]
    [InlineData("-0")]
    [InlineData("-5")]
    [InlineData("25.0001")]
    [InlineData("48")]
    public void Read_WithAValueThatIsNoHbA1c_LeavesTheRowOut(string value)
    {
        var (report, rows) = Read($"{Header}\n{value},40,24,F,N\n{Good}");

        Assert.Equal([GoodRow], rows);
        Assert.Equal((2, "HbA1c"), (report.Problems[0].Line, report.Problems[0].Column));
        Assert.Equal(1, report.Rejected);
    }

    [Theory]
    [InlineData("5.5", 5.5)]
    [InlineData(" 5.5 ", 5.5)]
    [InlineData("\"5.5\"", 5.5)]
    [InlineData("+5.5", 5.5)]
    [InlineData("55e-1", 5.5)]
    [InlineData(".5", 0.5)]
    [InlineData("5.", 5)]
    [InlineData("25", 25)]
    [InlineData("5.50000000000000000000000001", 5.5)]
    public void Read_WithAValueThatIsAnHbA1c_TakesIt(string value, double expected)
    {
        var (_, rows) = Read($"{Header}\n{value},40,24,F,N");

        Assert.Equal(expected, Assert.Single(rows).Features.HbA1c);
    }

    [Theory]
    [InlineData("5,-1,24,F,N", "AGE")]
    [InlineData("5,131,24,F,N", "AGE")]
    [InlineData("5,40,4.9,F,N", "BMI")]
    [InlineData("5,40,121,F,N", "BMI")]
    [InlineData("5,40,24,X,N", "Gender")]
    [InlineData("5,40,24,,N", "Gender")]
    [InlineData("5,40,24,F,Q", "CLASS")]
    [InlineData("5,40,24,F,", "CLASS")]
    [InlineData("5,40,24,F,0", "CLASS")]
    public void Read_WithAValueOutsideItsLimits_NamesTheColumn(string row, string column)
    {
        var (report, _) = Read($"{Header}\n{row}\n{Good}");

        Assert.Equal(column, Assert.Single(report.Problems).Column);
    }

    [Fact]
    public void Read_WithSeveralProblemsInARow_ReportsEachAndRejectsTheRowOnce()
    {
        var (report, _) = Read($"{Header}\nx,x,x,x,x\n{Good}");

        Assert.Equal(["HbA1c", "AGE", "BMI", "Gender", "CLASS"], report.Problems.Select(p => p.Column));
        Assert.Equal(1, report.Rejected);
    }

    [Fact]
    public void Read_WithManyProblems_ReportsTheFirstTwenty()
    {
        var (report, _) = Read($"{Header}\n{Good}\n{string.Join('\n', Enumerable.Repeat("x,40,24,F,N", 50))}");

        Assert.Equal(Enumerable.Range(3, Dataset.MaxProblems), report.Problems.Select(p => p.Line));
        Assert.Equal(50, report.Rejected);
    }

    [Theory]
    [InlineData("x,40,24,F,N")]
    [InlineData("5,40")]
    [InlineData("5,40,24,F,N,7")]
    public void Read_WhenStrict_RefusesTheFileAtTheFirstBadRow(string row)
    {
        var taken = 0;

        var refusal = Assert.Throws<RefusalException>(() => new ClinicalCsvReader().Read(
            Stream($"{Header}\n{Good}\n{row}\n{Good}"), Strict, _ => taken++, default));

        Assert.Equal("invalid_dataset", refusal.Code);
        Assert.Contains("3", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, taken);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n\n")]
    [InlineData(Header)]
    [InlineData(Header + "\n")]
    [InlineData(Header + "\r")]
    [InlineData(Header + "\nx,40,24,F,N")]
    [InlineData(Header + "\n5.5,40,24,F,N\n\"5.5,40,24,F,N\n")]
    [InlineData(Header + "\n5\"5,40,24,F,N")]
    [InlineData(Header + "\n\"5\"5,40,24,F,N")]
    [InlineData("HbA1c,AGE,BMI,Gender,CLASS,hba1c\n" + Good + ",5")]
    [InlineData("HbA1c,AGE,BMI,Gender,CLASS,AGE\n" + Good + ",5")]
    public void Read_WhenNothingOfItIsUsable_RefusesTheFile(string content) =>
        Assert.Contains(Refused(Encoding.UTF8.GetBytes(content)).Code, (string[])["invalid_dataset", "missing_columns"]);

    [Theory]
    [InlineData(Good, "HbA1c, AGE, BMI, Gender, CLASS")]
    [InlineData("HbA1c,BMI,CLASS\n5,24,N", "AGE, Gender")]
    [InlineData("PNG\n5", "HbA1c, AGE, BMI, Gender, CLASS")]
    public void Read_WithoutTheColumns_NamesThem(string content, string missing)
    {
        var refusal = Refused(Encoding.UTF8.GetBytes(content));

        Assert.Equal("missing_columns", refusal.Code);
        Assert.Contains(missing, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WithADuplicateOfAnotherColumn_TakesTheFile()
    {
        var (report, rows) = Read($"x,x,{Header}\n1,2,{Good}");

        Assert.Equal([GoodRow], rows);
        Assert.Equal(7, report.Columns);
    }

    [Fact]
    public void Read_WithBinaryContent_RefusesTheFile()
    {
        byte[] good = Encoding.UTF8.GetBytes($"{Header}\n{Good}\n");
        byte[] png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D, 0x49, 0x48, 0x44, 0x52];
        byte[] zip = [0x50, 0x4B, 0x03, 0x04, 0x14, 0, 0, 0, 0x08, 0];
        byte[] farNul = [.. Enumerable.Repeat(good, 20_000).SelectMany(b => b), 0];

        Assert.All([png, zip, farNul, [.. good, 0], [0, .. good]], content => Assert.Equal("invalid_dataset", Refused(content).Code));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    public void Read_WithInvalidUtf8_RefusesTheFile(int rowsBefore)
    {
        byte[] content = [.. Encoding.UTF8.GetBytes(Header + "\n" + string.Concat(Enumerable.Repeat(Good + "\n", rowsBefore))), 0xC3, 0x28, .. ",40,24,F,N"u8];

        Assert.Equal("invalid_dataset", Refused(content).Code);
    }

    [Fact]
    public void Read_WithAByteOrderMark_TakesTheFile()
    {
        foreach (var encoding in (Encoding[])[new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode])
        {
            using var content = new MemoryStream([.. encoding.GetPreamble(), .. encoding.GetBytes($"{Header.Replace(',', ';')}\r\n5,5;40;24,5;F;N\r\nx;40;24;F;N")]);
            var rows = new List<LabelledExample>();

            var report = new ClinicalCsvReader().Read(content, Loose, row => rows.Add(row.Example), default);

            Assert.Equal([GoodRow], rows);
            Assert.Equal((3, "HbA1c"), (report.Problems[0].Line, report.Problems[0].Column));
        }
    }

    [Fact]
    public void Read_OfUtf16WithoutAMark_RefusesTheFile() =>
        Assert.Equal("invalid_dataset", Refused(Encoding.Unicode.GetBytes($"{Header}\n{Good}")).Code);

    [Fact]
    public void Read_WithAMillionColumns_RefusesTheFileSoon()
    {
        var content = Encoding.UTF8.GetBytes($"{Header}{new string(',', 1_000_000)}\n{Good}{new string(',', 1_000_000)}");

        Assert.Equal("invalid_dataset", RefusedSoon(content).Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Read_WithAFieldOf50MB_RefusesTheFileSoon(bool quoted)
    {
        var quote = quoted ? "\"" : "";
        var content = Encoding.UTF8.GetBytes($"{Header}\n{quote}{new string('5', 50_000_000)}{quote},40,24,F,N\n{Good}");

        Assert.Equal("invalid_dataset", RefusedSoon(content).Code);
    }

    [Fact]
    public void Read_WithAnUnclosedQuoteBefore50MB_RefusesTheFileSoon()
    {
        var content = Encoding.UTF8.GetBytes($"{Header}\n\"5,{string.Concat(Enumerable.Repeat(Good + "\n", 3_000_000))}");

        Assert.Equal("invalid_dataset", RefusedSoon(content).Code);
    }

    [Theory]
    [InlineData(Header + "\n" + Marker + ",40,24,F,N")]
    [InlineData(Header + "\n5,40,24,F" + Marker + ",N")]
    [InlineData(Header + "\n5,40,24,F," + Marker)]
    [InlineData(Header + "\n5,40,24,F,N," + Marker)]
    [InlineData(Header + "\n\"" + Marker)]
    [InlineData(Header + "\n" + Marker + "\"5,40,24,F,N")]
    [InlineData(Header + "\n\"" + Marker + "\"" + Marker + ",40,24,F,N")]
    [InlineData(Marker + ",AGE,BMI,Gender,CLASS\n5,40,24,F,N")]
    public void Read_WithAnyProblem_NeverRepeatsTheValue(string content)
    {
        var refusal = Refused(Encoding.UTF8.GetBytes(content));

        Assert.DoesNotContain(Marker, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(refusal.Detail.GetArguments(), a => a?.ToString()?.Contains(Marker, StringComparison.Ordinal) == true);
        var (report, _) = Read($"{Header}\n{Marker},{Marker},{Marker},{Marker},{Marker}\n{Good}");
        Assert.DoesNotContain(report.Problems, p => p.ToString().Contains(Marker, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_WhenCancelled_Stops()
    {
        using var cancel = new CancellationTokenSource();
        var rows = 0;

        Assert.Throws<OperationCanceledException>(() => new ClinicalCsvReader().Read(
            Stream(Header + "\n" + string.Concat(Enumerable.Repeat(Good + "\n", 10_000))),
            Loose,
            _ =>
            {
                rows++;
                cancel.Cancel();
            },
            cancel.Token));
        Assert.InRange(rows, 1, 2_000);
    }

    [Fact]
    public void Read_OfAMillionRows_StreamsThem()
    {
        using var folder = new TempFolder();
        using (var file = File.Create(folder["million.csv"]))
        {
            SampleCsv.Write(file, 1_000_000, seed: 1);
        }

        using var content = File.OpenRead(folder["million.csv"]);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (rows, highest) = (0, 0L);
        var since = ProcessorTime.OfThisThread;

        var report = new ClinicalCsvReader().Read(
            content,
            Strict,
            _ => highest = ++rows % 100_000 == 0 ? Math.Max(highest, GC.GetTotalMemory(forceFullCollection: true) - before) : highest,
            default);

        Assert.Equal(1_000_000, report.Rows);
        Assert.InRange(ProcessorTime.OfThisThread - since, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.InRange(highest, 0, 20_000_000);
    }

    private static MemoryStream Stream(string content) => new(Encoding.UTF8.GetBytes(content));

    private static (CsvReport Report, List<LabelledExample> Rows) Read(string content)
    {
        var rows = new List<LabelledExample>();
        return (new ClinicalCsvReader().Read(Stream(content), Loose, row => rows.Add(row.Example), default), rows);
    }

    private static RefusalException Refused(byte[] content) => Assert.Throws<RefusalException>(
        () => new ClinicalCsvReader().Read(new MemoryStream(content), Loose, _ => { }, default));

    private static RefusalException RefusedSoon(byte[] content)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var since = ProcessorTime.OfThisThread;
        var refusal = Refused(content);
        Assert.InRange(ProcessorTime.OfThisThread - since, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 10_000_000);
        return refusal;
    }
}
