using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace ModelOps.WebApi.Tests.Errors;

[Collection(ServiceCollection.Name)]
public sealed class ProblemOnSqliteTests(ServiceFixture service) : ProblemTests(service);

[Collection(PostgreSqlServiceCollection.Name)]
public sealed class ProblemOnPostgreSqlTests(PostgreSqlServiceFixture service) : ProblemTests(service.Required());

public abstract class ProblemTests(ServiceFixture service)
{
    [Theory]
    [InlineData("null", "invalid_json")]
    [InlineData("{\"rate\":", "invalid_json")]
    [InlineData("{rate: 1}", "invalid_json")]
    [InlineData("{\"rate\": 1} trailing", "invalid_json")]
    [InlineData("{\"rate\": NaN}", "invalid_json")]
    [InlineData("   ", "invalid_json")]
    [InlineData("[]", "validation_failed", "body")]
    [InlineData("{}", "validation_failed", "rate")]
    [InlineData("{\"rate\": 1, \"epoch\": 3}", "validation_failed", "epoch")]
    [InlineData("{\"rate\": 1, \"Epochs\": 3}", "validation_failed", "Epochs")]
    [InlineData("{\"rate\": 1, \"rate\": 2}", "validation_failed", "rate")]
    [InlineData("{\"rate\": null}", "validation_failed", "rate")]
    [InlineData("{\"rate\": 1e400}", "validation_failed", "rate")]
    [InlineData("{\"rate\": \"NaN\"}", "validation_failed", "rate")]
    [InlineData("{\"rate\": \"190\"}", "validation_failed", "rate")]
    [InlineData("{\"rate\": 1, \"epochs\": 1.5}", "validation_failed", "epochs")]
    [InlineData("{\"rate\": 1, \"epochs\": 99999999999}", "validation_failed", "epochs")]
    [InlineData("{\"rate\": 1, \"kind\": 1}", "validation_failed", "kind")]
    [InlineData("{\"rate\": 1, \"kind\": \"none\"}", "validation_failed", "kind")]
    [InlineData("{\"rate\": 1, \"note\": \"a\\u0000b\"}", "validation_failed", "note")]
    [InlineData("{\"rate\": 1, \"rows\": [{\"HbA1c\": 5, \"AGE\": 1}, {\"HbA1c\": 5}]}", "validation_failed", "rows[1].AGE")]
    [InlineData("{\"rate\": 1, \"rows\": [{\"HbA1c\": {\"nested\": 1}, \"AGE\": 1}]}", "validation_failed", "rows[0].HbA1c")]
    public async Task Body_WhenWrong_SaysWhere(string body, string code, string? field = null)
    {
        using var response = await PostAsync(body);

        var problem = await response.ProblemAsync(400, code);
        if (field is not null)
        {
            Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name));
        }

        Assert.DoesNotContain("ModelOps.", problem.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("System.", problem.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_WhenRight_KeepsTheNamesOfTheWire()
    {
        using var response = await PostAsync("""{"rate": 0.5, "kind": "the_other", "rows": [{"HbA1c": 5.5, "AGE": 40}]}""");

        Assert.Equal(
            """{"rate":0.5,"epochs":190,"note":null,"kind":"the_other","rows":[{"HbA1c":5.5,"AGE":40}]}""",
            await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Body_WhenWrong_IsAnsweredInTextThatAPersonCanRead()
    {
        using var response = await PostAsync("""{"rate": 1, "epoch": 3}""");

        Assert.Contains("epoch: isn't a known member.", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_AHundredLevelsDeep_IsRefused()
    {
        using var unknown = await PostAsync(new string('[', 100) + new string(']', 100));
        using var inMember = await PostAsync("{\"rows\": " + new string('[', 100) + new string(']', 100) + "}");

        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, inMember.StatusCode);
    }

    [Fact]
    public async Task Body_WhenItsMemberNameIsHuge_IsNotRepeatedWhole()
    {
        using var response = await PostAsync($$"""{"{{new string('x', 100_000)}}": 1}""");

        Assert.True((await response.ProblemAsync(400, "validation_failed")).GetRawText().Length < 2_000);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_WhenTooLarge_Is413(bool lengthIsKnown)
    {
        using var client = service.Anonymous();
        var bytes = Encoding.UTF8.GetBytes("{\"note\": \"" + new string('x', 3_000_000) + "\"}");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/probe") { Content = new ByteArrayContent(bytes) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.ExpectContinue = true;
        request.Headers.TransferEncodingChunked = !lengthIsKnown;

        await (await client.SendAsync(request)).ProblemAsync(413, "payload_too_large");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/json; charset=utf-16")]
    public async Task Body_OfAnotherType_Is415(string type)
    {
        using var client = service.Anonymous();
        using var content = new ByteArrayContent("{\"rate\": 1}"u8.ToArray());
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        await (await client.PostAsync("/probe", content)).ProblemAsync(415, "unsupported_media_type");
    }

    [Fact]
    public async Task Route_WhenUnknown_Is404()
    {
        using var admin = await service.AdminAsync();

        await (await admin.GetAsync("/no/such/thing")).ProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task Method_WhenUnknown_Is405AndNamesTheOthers()
    {
        using var admin = await service.AdminAsync();

        using var response = await admin.PutAsJsonAsync("/auth/login", new { });

        await response.ProblemAsync(405, "method_not_allowed");
        Assert.Contains("POST", response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("bug", 500, "internal_error")]
    [InlineData("cancelled", 500, "internal_error")]
    [InlineData("disk", 507, "insufficient_storage")]
    [InlineData("database-disk", 507, "insufficient_storage")]
    [InlineData("permissions", 503, "storage_unavailable")]
    [InlineData("read-only", 503, "storage_unavailable")]
    [InlineData("busy", 503, "database_unavailable")]
    [InlineData("npgsql", 503, "database_unavailable")]
    [InlineData("no-session", 503, "database_unavailable")]
    [InlineData("database-bug", 500, "internal_error")]
    [InlineData("Invalid", 400, "some_code")]
    [InlineData("Unauthenticated", 401, "some_code")]
    [InlineData("NotFound", 404, "some_code")]
    [InlineData("Conflict", 409, "some_code")]
    [InlineData("TooLarge", 413, "some_code")]
    [InlineData("Unprocessable", 422, "some_code")]
    [InlineData("InsufficientStorage", 507, "some_code")]
    [InlineData("Unavailable", 503, "some_code")]
    public async Task Failure_OfAnyKind_HasItsStatusAndNoSecrets(string how, int status, string code)
    {
        using var client = service.Anonymous();
        using var response = await client.GetAsync($"/probe/fail/{how}");

        var problem = await response.ProblemAsync(status, code);
        Assert.DoesNotContain("secret", problem.GetRawText(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(status == 503, response.Headers.RetryAfter is not null);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task Answer_WithTimesAndNonNumbers_IsWrittenForJson()
    {
        using var client = service.Anonymous();

        Assert.Equal("""{"at":"2025-11-11T15:30:45Z","loss":null}""", await client.GetStringAsync("/probe/time"));
    }

    [Fact]
    public async Task OpenApi_ForAnybody_DescribesTheInterface()
    {
        using var client = service.Anonymous();

        var document = await client.GetStringAsync("/openapi/v1.json");

        Assert.Contains("access_token", document, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/scalar")).StatusCode);
    }

    [Fact]
    public async Task OpenApi_OfOnePatient_StatesTheLimitsOfTheSchema()
    {
        using var client = service.Anonymous();

        using var document = JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json"));

        var schemas = document.RootElement.GetProperty("components").GetProperty("schemas");
        var patient = schemas.GetProperty("PredictionInput").GetProperty("properties");
        double Limit(string column, string keyword) => patient.GetProperty(column).GetProperty(keyword).GetDouble();
        Assert.Equal((0, 25), (Limit("HbA1c", "exclusiveMinimum"), Limit("HbA1c", "maximum")));
        Assert.Equal((0, 130), (Limit("AGE", "minimum"), Limit("AGE", "maximum")));
        Assert.Equal((5, 120), (Limit("BMI", "minimum"), Limit("BMI", "maximum")));
    }

    private async Task<HttpResponseMessage> PostAsync(string body)
    {
        using var client = service.Anonymous();
        return await client.PostAsync("/probe", new StringContent(body, new MediaTypeHeaderValue("application/json")));
    }
}
