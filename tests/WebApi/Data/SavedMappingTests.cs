using System.Net;
using System.Text;
using System.Text.Json;
using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests.Data;

public sealed class SavedMappingOnSqliteTests(SavedMappingOnSqliteTests.Fixture service)
    : SavedMappingTests(service), IClassFixture<SavedMappingOnSqliteTests.Fixture>
{
    public sealed class Fixture() : ServiceFixture(Provider.Sqlite);
}

public sealed class SavedMappingOnPostgreSqlTests(SavedMappingOnPostgreSqlTests.Fixture service)
    : SavedMappingTests(service.Required()), IClassFixture<SavedMappingOnPostgreSqlTests.Fixture>
{
    public sealed class Fixture() : ServiceFixture(Provider.PostgreSql);
}

/// <summary>Mappings under a name, and files that need none.</summary>
public abstract class SavedMappingTests(ServiceFixture service) : IAsyncLifetime
{
    private const string Csv = "Sexo;Edad;IMC;Glicada;Control\nH;58;31,2;64;Sí\nM;41;24;33;No\n";
    private const string Mapping = """{"columns": {"HbA1c": {"header": "Glicada", "unit": "mmol/mol"}, "CLASS": {"header": "Control", "codes": {"Sí": "Y", "No": "N"}}}}""";
    private const string Item = "name:string mapping:object headers_sha256:string saved_at:time saved_by:string";

    private HttpClient _admin = null!;

    public async Task InitializeAsync() => _admin = await service.AdminAsync();

    public Task DisposeAsync()
    {
        _admin.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Save_OfAMapping_ProposesItForFilesWithTheSameHeaders()
    {
        var name = NewName();
        using var saved = await PutAsync(name, """["Sexo", "Edad", "IMC", "Glicada", "Control"]""", Mapping);

        Assert.Equal(HttpStatusCode.OK, saved.StatusCode);
        Shape.Is(await saved.JsonAsync(), Item);
        var other = "control;GLICADA ;imc;Édad;Sexo;\nSí;64;31,2;58;H;\n";
        foreach (var csv in new[] { Csv, other })
        {
            var preview = await PreviewAsync(csv);
            var found = preview.GetProperty("matching_mappings").EnumerateArray().Single(m => m.GetProperty("name").GetString() == name);
            Shape.Is(found, Item);
            using var kept = await UploadAsync(csv, found.GetProperty("mapping").GetRawText());
            Assert.Equal(HttpStatusCode.Created, kept.StatusCode);
        }

        Assert.DoesNotContain(
            (await PreviewAsync("Sexo;Edad;IMC;Glicada\nH;58;31,2;64\n")).GetProperty("matching_mappings").EnumerateArray(),
            m => m.GetProperty("name").GetString() == name);
    }

    [Fact]
    public async Task Save_UnderATakenName_ReplacesTheMapping()
    {
        var name = NewName();
        (await PutAsync(name, """["a"]""", Mapping)).Dispose();
        using var again = await PutAsync(name.ToUpperInvariant(), """["b"]""", """{"separator": ";"}""");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);

        var one = await _admin.JsonAsync($"/model/datasets/mappings/{name}");
        Assert.Equal(";", one.GetProperty("mapping").GetProperty("separator").GetString());
        var list = await _admin.JsonAsync("/model/datasets/mappings?limit=200");
        Assert.Single(list.GetProperty("mappings").EnumerateArray(), m => m.GetProperty("name").GetString() == name);
    }

    [Fact]
    public async Task Save_AtOnceUnderOneName_KeepsOne()
    {
        var name = NewName();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PutAsync(name, """["a"]""", Mapping)));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        var list = await _admin.JsonAsync("/model/datasets/mappings?limit=200");
        Assert.Single(list.GetProperty("mappings").EnumerateArray(), m => m.GetProperty("name").GetString() == name);
    }

    [Theory]
    [InlineData("""["a"]""", """{"columns": {"hba1c": {}}}""", "mapping.columns.hba1c")]
    [InlineData("""["a"]""", """{"columns": {"HbA1c": {"unit": "mg/dl"}}}""", "mapping.columns.HbA1c.unit")]
    [InlineData("""["a"]""", """{"columnas": {}}""", "mapping.columnas")]
    [InlineData("""[]""", "{}", "headers")]
    [InlineData("""[null]""", "{}", "headers")]
    [InlineData("""["a"]""", "null", "mapping")]
    public async Task Save_OfAWrongMapping_NamesTheField(string headers, string mapping, string field)
    {
        var name = NewName();
        using var response = await PutAsync(name, headers, mapping);

        var problem = await response.ProblemAsync(400, "validation_failed");
        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name));
        using var none = await _admin.GetAsync($"/model/datasets/mappings/{name}");
        await none.ProblemAsync(404, "mapping_not_found");
    }

    [Theory]
    [InlineData(".hidden")]
    [InlineData("%20a")]
    [InlineData("a;b")]
    public async Task Save_UnderAWrongName_IsRefused(string name)
    {
        using var response = await PutAsync(name, """["a"]""", "{}");

        Assert.True((await response.ProblemAsync(400, "validation_failed")).GetProperty("errors").TryGetProperty("name", out _));
    }

    [Fact]
    public async Task Delete_OfAMapping_TakesItAwayOnce()
    {
        var name = "Análisis Sur " + Guid.NewGuid().ToString("N")[..8];
        (await PutAsync(Uri.EscapeDataString(name), """["a"]""", Mapping)).Dispose();

        using var first = await _admin.DeleteAsync($"/model/datasets/mappings/{Uri.EscapeDataString(name)}");
        Shape.Is(await first.JsonAsync(), "success:bool message:string");
        using var second = await _admin.DeleteAsync($"/model/datasets/mappings/{Uri.EscapeDataString(name)}");
        await second.ProblemAsync(404, "mapping_not_found");
    }

    [Fact]
    public async Task List_OfMappings_IsPaged()
    {
        for (var i = 0; i < 3; i++)
        {
            (await PutAsync(NewName(), """["a"]""", Mapping)).Dispose();
        }

        var first = await _admin.JsonAsync("/model/datasets/mappings?limit=2");
        var second = await _admin.JsonAsync($"/model/datasets/mappings?limit=2&cursor={first.GetProperty("next_cursor").GetString()}");
        Assert.Equal(2, first.GetProperty("mappings").GetArrayLength());
        Assert.Empty(Names(first).Intersect(Names(second)));
        Assert.NotEmpty(Names(second));

        static IEnumerable<string?> Names(JsonElement list) =>
            list.GetProperty("mappings").EnumerateArray().Select(m => m.GetProperty("name").GetString());
    }

    /// <summary>What a hospital's first file looks like. Nobody has read any documentation.</summary>
    [Theory]
    [InlineData("Sexo;Edad;IMC;HbA1c (mmol/mol);Clase\nHombre;58;31,2;64;Diabético\nMujer;41;24;33;Negativo\nMujer;50;27,5;42;Prediabético\n")]
    [InlineData("Sexo;Edad;IMC;HbA1c (mmol/mol);Clase\r\nH;58;31,2;64;Y\r\nM;41;24;33;N\r\nM;50;27,5;42;P\r\n;;;;\r\n")]
    [InlineData("Sexo\tEdad\tIMC\tHbA1c (mmol/mol)\tClase\nV\t58\t31,2\t64\tDIABETICO\nM\t41\t24\t33\tnegativa\nM\t50\t27,5\t42\tprediabética\n")]
    public async Task Upload_OfASpanishFile_SucceedsWithoutAMapping(string csv)
    {
        using var response = await UploadAsync(csv);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var answer = await response.JsonAsync();
        Assert.Equal((3, 0), (answer.GetProperty("rows").GetInt32(), answer.GetProperty("rejected").GetInt32()));
        Assert.Equal("hba1c_mmol_per_mol", answer.GetProperty("conversions")[0].GetProperty("code").GetString());
    }

    private static string NewName() => $"m{Guid.NewGuid():N}";

    private Task<HttpResponseMessage> PutAsync(string name, string headers, string mapping) => _admin.PutAsync(
        $"/model/datasets/mappings/{name}",
        new StringContent($$"""{"headers": {{headers}}, "mapping": {{mapping}}}""", Encoding.UTF8, "application/json"));

    private async Task<JsonElement> PreviewAsync(string csv)
    {
        using var response = await _admin.UploadAsync(Api.NewName(), Encoding.UTF8.GetBytes(csv), address: "/model/datasets/preview");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.JsonAsync();
    }

    private Task<HttpResponseMessage> UploadAsync(string csv, string? mapping = null)
    {
        var form = new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes(csv)), "file", Api.NewName() } };
        if (mapping is not null)
        {
            form.Add(new StringContent(mapping), "mapping");
        }

        return _admin.PostAsync("/model/upload-dataset", form);
    }
}
