using System.Net;
using System.Text;
using System.Text.Json;

namespace ModelOps.WebApi.Tests.Data;

/// <summary>The preview of a file, and the mapping that an upload or import takes.</summary>
[Collection(ModelsGroup.Name)]
public sealed class MappingTests(ModelsFixture service)
{
    private const string Csv = "Sexo;Edad;IMC;Glicada;Control;NHC\nH;58;31,2;64;Sí;A1\nM;41;24;33;No;A2\nM;50;27,5;42;No;A1\n";

    private const string Mapping = """
        {"columns": {"HbA1c": {"header": "Glicada", "unit": "mmol/mol"},
                     "CLASS": {"header": "Control", "codes": {"Sí": "Y", "No": "N"}},
                     "patient_ref": {"header": "NHC"}}}
        """;

    [Fact]
    public async Task Preview_OfAFile_ShowsHowItWouldBeReadAndKeepsNothing()
    {
        var before = DataSnapshot.Of(service.DataDirectory);
        var datasets = (await service.Admin.JsonAsync("/model/datasets")).ToString();

        using var response = await SendAsync("/model/datasets/preview", ("file", Csv), ("mapping", Mapping));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var preview = await response.JsonAsync();
        Shape.Is(preview, "separator:string encoding:string decimal:string header_line:number headers:array mapping:object rows:array "
            + "usable:number rejected:number problems:array warnings:array questions:array distinct:object proposed_name:string? matching_mappings:array");
        Shape.AllAre(preview.GetProperty("rows"), "line:number HbA1c:number AGE:number BMI:number Gender:string CLASS:string patient_ref:string?");
        Shape.AllAre(preview.GetProperty("warnings"), "code:string column:string detail:string confirm:bool");
        Assert.Equal((";", "utf-8", ","), (Text(preview, "separator"), Text(preview, "encoding"), Text(preview, "decimal")));
        Assert.Equal((3, 0, 1), (Number(preview, "usable"), Number(preview, "rejected"), Number(preview, "header_line")));
        Assert.Equal("Sexo Edad IMC Glicada Control NHC", string.Join(' ', preview.GetProperty("headers").EnumerateArray()));
        Assert.Equal((8.01, "M", "Diabetes", "A1"), preview.GetProperty("rows")[0] is var row
            ? (row.GetProperty("HbA1c").GetDouble(), Text(row, "Gender"), Text(row, "CLASS"), Text(row, "patient_ref")) : default);
        Assert.Equal("F", Text(preview.GetProperty("mapping").GetProperty("columns").GetProperty("Gender").GetProperty("codes"), "M"));
        Assert.Equal(["Sí", "No"], preview.GetProperty("distinct").GetProperty("CLASS").EnumerateArray().Select(w => w.GetString()));
        Assert.Equal(before, DataSnapshot.Of(service.DataDirectory));
        Assert.Equal(datasets, (await service.Admin.JsonAsync("/model/datasets")).ToString());

        // What the preview answers can be sent back as it is.
        using var kept = await SendAsync(
            "/model/upload-dataset", ("mapping", preview.GetProperty("mapping").GetRawText()), ("file", Csv), ("name", Api.NewName()));
        Assert.Equal(HttpStatusCode.Created, kept.StatusCode);
        Assert.Equal(3, Number(await kept.JsonAsync(), "rows"));
    }

    [Theory]
    [InlineData("/model/upload-dataset", "rows", true)]
    [InlineData("/model/upload-dataset", "rows", false)]
    [InlineData("/records/import", "created", true)]
    [InlineData("/records/import", "created", false)]
    public async Task Upload_WithAMapping_ReadsByItWhereverThePartStands(string address, string member, bool fileFirst)
    {
        (string, string)[] parts = [("file", Csv), ("mapping", Mapping)];
        using var response = await SendAsync(address, fileFirst ? parts : [.. parts.Reverse()]);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var answer = await response.JsonAsync();
        Assert.Equal(3, Number(answer, member));
        Assert.Equal("hba1c_mmol_per_mol", Text(answer.GetProperty("conversions")[0], "code"));
        Assert.Equal(";", Text(answer, "separator"));
    }

    [Fact]
    public async Task Upload_WithTheCodesAsAPart_IsConfirmed()
    {
        var csv = Api.Header + string.Concat(Enumerable.Range(0, 12).Select(i => $"5.{i},{i % 5},17,F,N\n"));
        using var asked = await SendAsync("/model/upload-dataset", ("file", csv));
        await asked.ProblemAsync(422, "confirmation_needed");

        using var confirmed = await SendAsync("/model/upload-dataset", ("file", csv), ("confirm", "other, implausible_ages"));
        Assert.Equal(HttpStatusCode.Created, confirmed.StatusCode);
    }

    [Theory]
    [InlineData("{\"columns\": {\"HbA1c\": {\"headr\": \"x\"}}}", "mapping.columns.HbA1c.headr")]
    [InlineData("{\"columnas\": {}}", "mapping.columnas")]
    [InlineData("{\"columns\": {\"HbA1c\": {\"header\": 5}}}", "mapping.columns.HbA1c.header")]
    [InlineData("{\"columns\": {\"hba1c\": {}}}", "mapping.columns.hba1c")]
    [InlineData("{\"columns\": {\"HbA1c\": null}}", "mapping.columns.HbA1c")]
    [InlineData("{\"columns\": {\"HbA1c\": {\"header\": \"nowhere\"}}}", "mapping.columns.HbA1c.header")]
    [InlineData("{\"columns\": {\"HbA1c\": {\"unit\": \"mg/dl\"}}}", "mapping.columns.HbA1c.unit")]
    [InlineData("{\"columns\": {\"Gender\": {\"codes\": {\"M\": \"X\"}}}}", "mapping.columns.Gender.codes")]
    [InlineData("{\"columns\": null}", "mapping.columns")]
    [InlineData("{\"separator\": \"#\"}", "mapping.separator")]
    [InlineData("{", "mapping")]
    [InlineData("null", "mapping")]
    [InlineData("", "mapping")]
    public async Task Upload_WithAWrongMapping_NamesTheFieldAndKeepsNothing(string mapping, string field)
    {
        foreach (var address in new[] { "/model/upload-dataset", "/records/import", "/model/datasets/preview" })
        {
            var before = DataSnapshot.Of(service.DataDirectory);
            using var response = await SendAsync(address, ("file", Api.Header + "5.5,40,24,F,N\n"), ("mapping", mapping));

            var problem = await response.ProblemAsync(400, "validation_failed");
            Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name));
            Assert.Equal(before, DataSnapshot.Of(service.DataDirectory));
        }
    }

    [Fact]
    public async Task Upload_WithPartsThatItDoesNotTake_IsRefused()
    {
        var good = ("file", Api.Header + "5.5,40,24,F,N\n");
        var large = ("mapping", $"{{\"separator\": \"{new string(' ', 70_000)}\"}}");
        foreach (var (parts, field) in new ((string, string)[], string)[]
        {
            ([good, good], "file"),
            ([good, ("maping", "{}")], "maping"),
            ([("maping", "{}"), good], "maping"),
            ([good, ("confirm", "a"), ("confirm", "b")], "confirm"),
            ([large, good], "mapping"),
            ([good, large], "mapping"),
        })
        {
            var before = DataSnapshot.Of(service.DataDirectory);
            using var response = await SendAsync("/model/upload-dataset", parts);

            var problem = await response.ProblemAsync(400, "validation_failed");
            Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name));
            Assert.Equal(before, DataSnapshot.Of(service.DataDirectory));
        }
    }

    [Fact]
    public async Task Preview_OfWhatIsNoCsv_IsRefusedAsByAnUpload()
    {
        using var binary = await SendAsync("/model/datasets/preview", ("file", "\u0089PNG\r\n\u001a\n\0\0"));
        await binary.ProblemAsync(400, "invalid_dataset");
        using var empty = await SendAsync("/model/datasets/preview", ("file", Api.Header));
        await empty.ProblemAsync(400, "invalid_dataset");
        using var none = await SendAsync("/model/datasets/preview", ("mapping", Mapping));
        await none.ProblemAsync(400, "missing_file");
    }

    [Theory]
    [InlineData("datos (1).csv", "datos-1.csv")]
    [InlineData("análisis.csv", "analisis.csv")]
    [InlineData("Pacientes 2026.csv", "Pacientes-2026.csv")]
    [InlineData("Informe ñandú – 2.ª versión.CSV", "Informe-nandu-2.-version.csv")]
    [InlineData("..\\x y.csv", "x-y.csv")]
    [InlineData("export.txt", "export.csv")]
    [InlineData("con.csv", "data-con.csv")]
    [InlineData(".hidden.csv", "hidden.csv")]
    [InlineData("数据.csv", "data.csv")]
    [InlineData("a_free-Name.1.csv", null)]
    public async Task Preview_OfAFileWithAnyName_ProposesOneThatAnUploadTakes(string name, string? proposed)
    {
        using var response = await SendAsAsync(name, "/model/datasets/preview", ("file", Good));

        Assert.Equal(proposed, Text(await response.JsonAsync(), "proposed_name"));
        if (proposed is not null)
        {
            using var kept = await SendAsAsync(name, "/model/upload-dataset", ("file", Good), ("name", proposed));
            Assert.Equal(HttpStatusCode.Created, kept.StatusCode);
            Assert.Equal(proposed, Text(await kept.JsonAsync(), "filename"));
            using var again = await SendAsAsync(name, "/model/datasets/preview", ("file", Good));
            Assert.Equal(proposed.Replace(".csv", "-2.csv", StringComparison.Ordinal), Text(await again.JsonAsync(), "proposed_name"));
            using var deleted = await service.Admin.DeleteAsync($"/model/datasets/{proposed}");
            Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        }
    }

    [Fact]
    public async Task Upload_UnderAName_RefusesAWrongOneAndATakenOne()
    {
        var taken = await service.Admin.SampleDatasetAsync(20);

        using var wrong = await SendAsync("/model/upload-dataset", ("name", "../x.csv"), ("file", Good));
        await wrong.ProblemAsync(400, "invalid_dataset_name");
        using var empty = await SendAsync("/model/upload-dataset", ("file", Good), ("name", ""));
        await empty.ProblemAsync(400, "invalid_dataset_name");
        using var second = await SendAsync("/model/upload-dataset", ("file", Good), ("name", taken.ToUpperInvariant()));
        await second.ProblemAsync(409, "dataset_exists");
    }

    [Theory]
    [InlineData("datos (1).csv")]
    [InlineData("análisis")]
    [InlineData("../../etc/passwd")]
    public async Task Import_OfAFileWithAnyName_TakesIt(string name)
    {
        using var response = await SendAsAsync(name, "/records/import", ("file", Good));

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    [Fact]
    public async Task Upload_OfAFileWithUnknownWords_ListsThemInTheReadersLanguage()
    {
        using var client = await service.AdminAsync();
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("es");
        using var response = await client.UploadAsync(Api.NewName(), Api.Header + "5.5,40,24,0,N\n5.5,40,24,1,N\n");

        Assert.Equal(
            "No se conoce ninguna palabra de la columna Gender: 0, 1. Indique qué significa cada una. Si no, Gender debe ser M (hombre) o F (mujer). Indíquelo en una correspondencia de columnas.",
            Text(await response.ProblemAsync(400, "invalid_dataset"), "detail"));
    }

    private const string Good = Api.Header + "5.5,40,24,F,N\n";

    private Task<HttpResponseMessage> SendAsync(string address, params IReadOnlyList<(string Name, string Content)> parts) =>
        SendAsAsync(Api.NewName(), address, parts);

    private Task<HttpResponseMessage> SendAsAsync(
        string fileName, string address, params IReadOnlyList<(string Name, string Content)> parts)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, content) in parts)
        {
            if (name == "file")
            {
                var file = new ByteArrayContent(Encoding.UTF8.GetBytes(content));

                // As browsers and curl send a name, in UTF-8.
                file.Headers.TryAddWithoutValidation("Content-Disposition", $"form-data; name=\"file\"; filename=\"{fileName}\"");
                form.HeaderEncodingSelector = (_, _) => Encoding.UTF8;
                form.Add(file);
            }
            else
            {
                form.Add(new StringContent(content), name);
            }
        }

        return service.Admin.PostAsync(address, form);
    }

    private static string? Text(JsonElement of, string member) => of.GetProperty(member).GetString();

    private static int Number(JsonElement of, string member) => of.GetProperty(member).GetInt32();
}
