using System.Net.Http.Headers;

namespace ModelOps.WebApi.Tests.Errors;

/// <summary>Words follow <c>Accept-Language</c>; codes, names and numbers never do.</summary>
[Collection(ServiceCollection.Name)]
public sealed class LanguageTests(ServiceFixture service)
{
    [Theory]
    [InlineData("es", "es", "No hay ninguna versión con este nombre.")]
    [InlineData("es-MX,es;q=0.9,en;q=0.5", "es", "No hay ninguna versión con este nombre.")]
    [InlineData("en-GB", "en", "There is no version with this name.")]
    [InlineData("ja", "en", "There is no version with this name.")]
    [InlineData("not a language;;", "en", "There is no version with this name.")]
    public async Task Detail_FollowsAcceptLanguage_AndTheCodeStays(string accepted, string language, string detail)
    {
        using var client = await service.AdminAsync();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Language", accepted);

        using var response = await client.GetAsync("/model/versions/v20200101_000000");

        var problem = await response.ProblemAsync(404, "version_not_found");
        Assert.Equal(detail, problem.GetProperty("detail").GetString());
        Assert.Equal([language], response.Content.Headers.ContentLanguage);
        Assert.Contains("Accept-Language", response.Headers.Vary);
    }

    [Fact]
    public async Task Errors_FollowAcceptLanguage_AndTheFieldsStay()
    {
        using var client = await service.AdminAsync();
        client.DefaultRequestHeaders.AcceptLanguage.Add(new StringWithQualityHeaderValue("es"));

        using var response = await client.PostTextAsync("/model/predict", Api.Patient(48, age: 200));

        var problem = await response.ProblemAsync(400, "validation_failed");
        Assert.Equal("debe estar entre 0 y 130 años", problem.GetProperty("errors").GetProperty("AGE")[0].GetString());
        Assert.Contains("mmol/mol, conviértalo", problem.GetProperty("errors").GetProperty("HbA1c")[0]
            .GetString(), StringComparison.Ordinal);
        using var mistyped = await client.PostTextAsync("/model/retrain", """{"epoch": 3}""");
        Assert.Equal(
            "no es un miembro conocido. Compruebe la ortografía.",
            (await mistyped.ProblemAsync(400, "validation_failed")).GetProperty("errors").GetProperty("epoch")[0].GetString());
    }

    [Fact]
    public async Task Messages_OfAnUpload_FollowAcceptLanguage_AndNumbersStay()
    {
        using var client = await service.AdminAsync();
        client.DefaultRequestHeaders.AcceptLanguage.Add(new StringWithQualityHeaderValue("es"));

        using var response = await client.UploadAsync(Api.NewName(), Api.Sample(20) + "5.1,abc,22,F,N\n");

        var answer = await response.JsonAsync();
        Assert.Equal("20 filas se pueden usar; descartadas: 1.", answer.GetProperty("message").GetString());
        Assert.Equal("no es un número", answer.GetProperty("problems")[0].GetProperty("problem").GetString());
        Assert.Equal("AGE", answer.GetProperty("problems")[0].GetProperty("column").GetString());
    }

    [Fact]
    public async Task SignInPage_SpeaksTheBrowsersLanguage_UnderAStrictPolicy()
    {
        using var client = service.CreateDefaultClient();
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("es");

        using var response = await client.GetAsync("/login");

        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("script-src 'self'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Contains("Iniciar sesión", System.Net.WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync()),
            StringComparison.Ordinal);
    }
}
