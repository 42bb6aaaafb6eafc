using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Application.Abstractions;
using ModelOps.Domain;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;
using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests.Data;

/// <summary>Properties of every file: generated ones of many dialects, and the same with bytes changed.</summary>
[Collection(ModelsGroup.Name)]
public sealed class CsvPropertyTests(ModelsFixture service)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private static readonly Encoding[] Encodings =
    [
        new UTF8Encoding(false), new UTF8Encoding(true), new UnicodeEncoding(false, true), new UnicodeEncoding(true, true),
        CodePagesEncodingProvider.Instance.GetEncoding(1252)!,
    ];

    private static readonly string[][] Headers =
    [
        ["HbA1c", "AGE", "BMI", "Gender", "CLASS"],
        ["HbA1c (%)", "Age [years]", "BMI (kg/m²)", "gender", "Class"],
        ["Hemoglobina glicosilada", "Edad", "IMC", "Género", "Diagnóstico"],
    ];

    private static readonly (string Male, string Female)[] Genders =
        [("M", "F"), ("male", "FEMALE"), ("Hombre", "Mujer"), ("Varón", "Mujer"), ("masculino", "femenino")];

    private static readonly string[][] Classes =
        [["N", "P", "Y"], ["Negative", "Prediabetes", "Diabetes"], ["negativo", "Prediabético", "DIABÉTICA"]];

    private static readonly Gen<Row> Rows = Gen.Select(
        Gen.Int[400, 1_500], Gen.Int[18, 95], Gen.Int[150, 440], Gen.Bool, Gen.Int[0, 2], Gen.Bool,
        (hba1c, age, bmi, male, label, blank) => new Row(hba1c, age, bmi, male, label, blank));

    private static readonly Gen<Dialect> Dialects = Gen.Select(
        Gen.Select(Gen.OneOf(',', ';', '\t', '|'), Gen.OneOf("\n", "\r\n", "\r"), Gen.Bool, Gen.Bool),
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 2], Gen.Int[0, 4], Gen.Int[0, 2]),
        Gen.Select(Gen.Int[0, 9], Gen.Bool, Gen.Bool, Gen.Int[0, 5]),
        (a, b, c) => new Dialect(
            a.Item1, a.Item2, a.Item3, a.Item4, b.Item1, b.Item2, b.Item3, b.Item4, c.Item1, c.Item2, c.Item3, c.Item4));

    private static readonly Gen<(Dialect Dialect, Row[] Rows)> Files = Gen.Select(Dialects, Rows.Array[1, 40], (d, r) => (d, r));

    /// <summary>Bytes replaced, inserted or taken out.</summary>
    private static readonly Gen<(int At, byte Byte, int Kind)[]> Changes =
        Gen.Select(
            Gen.Int[0, 1 << 20],
            Gen.OneOf<byte>(Gen.Byte, Gen.OneOf((byte)'"', (byte)',', (byte)';', (byte)'\n', (byte)0, (byte)'=')),
            Gen.Int[0, 3],
            (at, b, kind) => (at, b, kind)).Array[1, 6];

    private IClinicalCsvReader Reader => service.Services.GetRequiredService<IClinicalCsvReader>();

    [Fact]
    public void Read_OfAFileOfAnyDialect_GivesTheRowsThatWereWritten() => Files.Sample(
        file =>
        {
            var content = file.Dialect.Write(file.Rows);
            var (report, rows) = Read(content, CsvOptions.Default);

            Assert.Equal(file.Rows.Select(r => r.Expected(file.Dialect)), rows);
            Assert.Equal((rows.Count, 0), (report.Rows, report.Rejected));
            Assert.Equal(rows, Read(content, CsvOptions.Default with { Mapping = report.Mapping! }).Rows);
            Assert.Equal(rows, Read(content, CsvOptions.AsStored(report.Mapping)).Rows);
        },
        iter: 1_000, threads: 1);

    [Fact]
    public void Read_OfChangedBytes_IsRefusedOrReadAgainTheSame() => Gen.Select(Files, Changes).Sample(
        (file, changes) =>
        {
            var content = Apply(file.Dialect.Write(file.Rows), changes);
            var (since, allocated) = (ProcessorTime.OfThisThread, GC.GetAllocatedBytesForCurrentThread());
            try
            {
                var (report, rows) = Read(content, CsvOptions.Default);
                Assert.Equal(report.Rows, rows.Count);
                Assert.Equal(rows, Read(content, CsvOptions.AsStored(report.Mapping)).Rows);
            }
            catch (RefusalException refusal)
            {
                Assert.Contains(refusal.Code, (string[])["invalid_dataset", "missing_columns", "confirmation_needed"]);
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 10_000_000);
            Assert.InRange(ProcessorTime.OfThisThread - since, TimeSpan.Zero, Soon);
        },
        iter: 2_000, threads: 1);

    [Fact]
    public async Task Post_OfChangedBytes_IsAnsweredSoonBySuccessOrAProblem()
    {
        string[] addresses = ["/model/datasets/preview", "/model/upload-dataset", "/records/import"];
        foreach (var address in addresses)
        {
            (await service.Admin.UploadAsync(Api.NewName(), Encoding.UTF8.GetBytes(Api.Sample(20)), address: address)).Dispose();
        }

        await Gen.Select(Files, Changes, Gen.OneOf<bool>(Gen.Const(true), Gen.Bool), Gen.OneOf(addresses)).SampleAsync(
            async (file, changes, isChanged, address) =>
            {
                var content = file.Dialect.Write(file.Rows);
                content = isChanged ? Apply(content, changes) : content;
                var since = Stopwatch.GetTimestamp();
                using var response = await service.Admin.UploadAsync(Api.NewName(), content, address: address);

                Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, TimeSpan.FromSeconds(10));
                if (!response.IsSuccessStatusCode)
                {
                    Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
                    var problem = await response.JsonAsync();
                    var code = problem.GetProperty("code").GetString();
                    Assert.Contains(code, (string[])["invalid_dataset", "missing_columns", "confirmation_needed"]);
                    Assert.Equal(code == "confirmation_needed" ? 422 : 400, (int)response.StatusCode);
                    Assert.False(string.IsNullOrWhiteSpace(problem.GetProperty("detail").GetString()));
                }
            },
            iter: 300, threads: 1);
    }

    private static byte[] Apply(byte[] content, (int At, byte Byte, int Kind)[] changes)
    {
        var bytes = content.ToList();
        foreach (var (place, value, kind) in changes)
        {
            var at = place % (bytes.Count + 1);
            switch (kind)
            {
                case 0:
                    bytes.Insert(at, value);
                    break;
                case 1 when at < bytes.Count:
                    bytes.RemoveAt(at);
                    break;
                case 2:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 3 when at < bytes.Count:
                    bytes[at] = value;
                    break;
            }
        }

        return [.. bytes];
    }

    private (CsvReport Report, List<ClinicalRow> Rows) Read(byte[] content, CsvOptions options)
    {
        List<ClinicalRow> rows = [];
        return (Reader.Read(new MemoryStream(content), options, rows.Add, default), rows);
    }

    /// <param name="HbA1c">In hundredths of a percent.</param>
    /// <param name="Bmi">In tenths.</param>
    /// <param name="BlankAfter">Whether an empty row of a spreadsheet follows.</param>
    private sealed record Row(int HbA1c, int Age, int Bmi, bool Male, int Label, bool BlankAfter)
    {
        public ClinicalRow Expected(Dialect dialect) => new(
            new LabelledExample(
                new PatientFeatures(HbA1c / 100.0, Age, Bmi / 10.0, Male ? Gender.M : Gender.F), (DiabetesClass)Label),
            dialect.HasReference ? $"P{Age}" : null);
    }

    /// <param name="Comma">Whether numbers have a decimal comma.</param>
    /// <param name="Quoted">Whether every field is quoted.</param>
    /// <param name="Titles">Lines above the header.</param>
    /// <param name="Rotation">How far the columns are turned.</param>
    private sealed record Dialect(
        char Separator,
        string LineEnd,
        bool Comma,
        bool Quoted,
        int Encoding,
        int Header,
        int Gender,
        int Class,
        int Titles,
        bool HasReference,
        bool EndsWithSeparator,
        int Rotation)
    {
        public byte[] Write(Row[] rows)
        {
            var text = new StringBuilder();
            for (var i = 0; i < Titles; i++)
            {
                text.Append(i % 2 == 0 ? "Informe; Área Sur" : "").Append(LineEnd);
            }

            // The name of the last column gives Windows-1252 a letter of its own.
            string[] more = HasReference ? ["Población", ColumnNames.PatientReference] : ["Población"];
            Line(text, [.. Headers[Header], .. more]);
            foreach (var row in rows)
            {
                var sign = Comma ? "," : ".";

                // Under a Spanish header, M alone isn't certain.
                var (male, female) = Genders[Header == 2 ? Math.Max(Gender, 1) : Gender];
                string[] values =
                [
                    (row.HbA1c / 100.0).ToString("F2", CultureInfo.InvariantCulture).Replace(".", sign, StringComparison.Ordinal),
                    row.Age.ToString(CultureInfo.InvariantCulture),
                    (row.Bmi / 10.0).ToString("F1", CultureInfo.InvariantCulture).Replace(".", sign, StringComparison.Ordinal),
                    row.Male ? male : female,
                    Classes[Class][row.Label],
                    "Ávila, \"sur\"; 1|2",
                ];
                Line(text, HasReference ? [.. values, $" P{row.Age} "] : values);
                if (row.BlankAfter)
                {
                    text.Append(Separator, Headers[Header].Length).Append(LineEnd);
                }
            }

            var encoding = Encodings[Encoding];
            return [.. encoding.GetPreamble(), .. encoding.GetBytes(text.ToString())];
        }

        private void Line(StringBuilder text, string[] fields)
        {
            var turned = fields.Skip(Rotation % fields.Length).Concat(fields.Take(Rotation % fields.Length)).Select(Field);
            text.AppendJoin(Separator, turned).Append(EndsWithSeparator ? Separator.ToString() : "").Append(LineEnd);
        }

        private string Field(string field) => Quoted || field.AsSpan().ContainsAny(['"', Separator])
            ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
    }
}
