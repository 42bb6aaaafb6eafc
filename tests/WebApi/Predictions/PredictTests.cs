using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace ModelOps.WebApi.Tests.Predictions;

[Collection(ModelsGroup.Name)]
public sealed class PredictTests(ModelsFixture service) : IAsyncLifetime
{
    public Task InitializeAsync() => service.Admin.ActivateAsync(service.Versions[0]);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Predict_OfAPatient_AnswersWithProbabilitiesAndVersion()
    {
        using var user = await service.UserAsync();
        using var response = await user.PostTextAsync("/model/predict", Api.Patient(9.5));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = await response.JsonAsync();
        Shape.Is(
            answer,
            "prediction:string probabilities:object plausible:array agreement:number version:string prediction_id:string kept:bool");
        Assert.InRange(answer.GetProperty("agreement").GetDouble(), 0, 1);
        Assert.True(answer.GetProperty("kept").GetBoolean());
        Shape.Is(answer.GetProperty("probabilities"), "Negative:number Prediabetes:number Diabetes:number");
        Assert.Equal(1, answer.GetProperty("probabilities").EnumerateObject().Sum(p => p.Value.GetDouble()), 9);
        Assert.Equal(
            answer.GetProperty("probabilities").EnumerateObject().MaxBy(p => p.Value.GetDouble()).Name,
            answer.GetProperty("prediction").GetString());
        Assert.Equal(service.Versions[0], answer.GetProperty("version").GetString());
    }

    [Fact]
    public async Task Predict_WithItsMembersInAnyOrder_AnswersTheSame()
    {
        using var one = await service.Admin.PostTextAsync("/model/predict", """{"HbA1c": 6.2, "AGE": 61, "BMI": 27.5, "Gender": "M"}""");
        using var other = await service.Admin.PostTextAsync("/model/predict", """{"Gender": "m", "BMI": 27.5, "AGE": 61, "HbA1c": 6.2}""");

        Assert.Equal(
            (await one.JsonAsync()).GetProperty("probabilities").ToString(),
            (await other.JsonAsync()).GetProperty("probabilities").ToString());
    }

    [Fact]
    public async Task Predict_OfTheGoldenRows_AgreesWithTheTrainedNetwork()
    {
        var golden = await service.Admin.JsonAsync($"/model/versions/{service.Versions[0]}/files/golden.json");
        foreach (var row in golden.GetProperty("Rows").EnumerateArray())
        {
            using var response = await service.Admin.PostTextAsync("/model/predict", Api.Patient(
                row.GetProperty("HbA1c").GetDouble(), row.GetProperty("Age").GetDouble(), row.GetProperty("Bmi")
                    .GetDouble(), row.GetProperty("Gender").GetString()!));
            var probabilities = (await response.JsonAsync()).GetProperty("probabilities").EnumerateObject()
                .Select(p => p.Value.GetDouble());
            Assert.All(
                probabilities.Zip(row.GetProperty("Probabilities").EnumerateArray().Select(p => p.GetDouble())),
                pair => Assert.True(Math.Abs(pair.First - pair.Second) <= 1e-5, $"{pair}"));
        }
    }

    [Theory]
    [InlineData("""{"HbA1c": 6, "AGE": -1, "BMI": 25, "Gender": "M"}""", "AGE")]
    [InlineData("""{"HbA1c": 6, "AGE": 131, "BMI": 25, "Gender": "M"}""", "AGE")]
    [InlineData("""{"HbA1c": 0, "AGE": 40, "BMI": 25, "Gender": "M"}""", "HbA1c")]
    [InlineData("""{"HbA1c": 48, "AGE": 40, "BMI": 25, "Gender": "M"}""", "HbA1c")]
    [InlineData("""{"HbA1c": 1e400, "AGE": 40, "BMI": 25, "Gender": "M"}""", "HbA1c")]
    [InlineData("""{"HbA1c": "NaN", "AGE": 40, "BMI": 25, "Gender": "M"}""", "HbA1c")]
    [InlineData("""{"HbA1c": null, "AGE": 40, "BMI": 25, "Gender": "M"}""", "HbA1c")]
    [InlineData("""{"HbA1c": {"value": 6}, "AGE": 40, "BMI": 25, "Gender": "M"}""", "HbA1c")]
    [InlineData("""{"HbA1c": 6, "AGE": 40, "BMI": 4.9, "Gender": "M"}""", "BMI")]
    [InlineData("""{"HbA1c": 6, "AGE": 40, "BMI": 25, "Gender": "X"}""", "Gender")]
    [InlineData("""{"HbA1c": 6, "AGE": 40, "BMI": 25, "Gender": null}""", "Gender")]
    [InlineData("""{"HbA1c": 6, "AGE": 40, "BMI": 25, "Gender": 1}""", "Gender")]
    [InlineData("""{"HbA1c": 6, "AGE": 40, "BMI": 25}""", "Gender")]
    [InlineData("""{"hba1c": 6, "AGE": 40, "BMI": 25, "Gender": "M"}""", "hba1c")]
    [InlineData("""{"HbA1c": 6, "AGE": 40, "BMI": 25, "Gender": "M", "CLASS": "N"}""", "CLASS")]
    public async Task Predict_WhenAnInputIsWrong_NamesItAndRepeatsNoValue(string body, string field)
    {
        using var response = await service.Admin.PostTextAsync("/model/predict", body);

        var problem = await response.ProblemAsync(400, "validation_failed");
        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name));
        Assert.DoesNotContain("131", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("48", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    /// <summary>The action reads the usual forms of a body by hand and leaves the others to the serializer.</summary>
    [Theory]
    [InlineData("application/json", false)]
    [InlineData("application/json", true)]
    [InlineData("Application/JSON; charset=UTF-8", false)]
    [InlineData("application/json;charset=utf-8", true)]
    [InlineData("application/json; charset=\"utf-8\"; version=1", false)]
    [InlineData("application/fhir+json", false)]
    public async Task Predict_WithABodyOfAnyForm_AnswersTheSame(string type, bool isChunked)
    {
        using var usual = await service.Admin.PostTextAsync("/model/predict", Api.Patient(6.3));
        using var response = await SendAsync(Encoding.UTF8.GetBytes(Api.Patient(6.3)), type, isChunked);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(
            (await usual.JsonAsync()).GetProperty("probabilities").GetRawText(),
            (await response.JsonAsync()).GetProperty("probabilities").GetRawText());
    }

    [Theory]
    [InlineData("", "application/json", false, 400, "invalid_json")]
    [InlineData("", "application/json", true, 400, "invalid_json")]
    [InlineData("", null, false, 415, "unsupported_media_type")]
    [InlineData("null", "application/json", false, 400, "invalid_json")]
    [InlineData("[]", "application/json", true, 400, "validation_failed")]
    [InlineData("{", "application/json", false, 400, "invalid_json")]
    [InlineData("{}", "text/plain", false, 415, "unsupported_media_type")]
    [InlineData("{}", "application/json; charset=utf-16", false, 415, "unsupported_media_type")]
    [InlineData("{}", "application/x-www-form-urlencoded", true, 415, "unsupported_media_type")]
    [InlineData("{}", null, false, 415, "unsupported_media_type")]
    public async Task Predict_WithAnotherBody_IsRefused(string body, string? type, bool isChunked, int status, string code)
    {
        using var response = await SendAsync(Encoding.UTF8.GetBytes(body), type, isChunked);

        await response.ProblemAsync(status, code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Predict_WithABodyThatIsTooLong_IsRefused(bool isChunked)
    {
        using var response = await SendAsync(Encoding.UTF8.GetBytes(new string(' ', 3_000_000)), "application/json", isChunked);

        await response.ProblemAsync(413, "payload_too_large");
    }

    [Fact]
    public async Task Batch_OfTenThousand_IsAnsweredByOneVersionAsSingly()
    {
        var row = JsonDocument.Parse(Api.Patient(6.1)).RootElement;
        using var response = await service.Admin.PostAsJsonAsync("/model/predict/batch", new { rows = Enumerable.Repeat(row, 10_000) });

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = await response.JsonAsync();
        Shape.Is(answer, "version:string predictions:array");
        Assert.Equal(service.Versions[0], answer.GetProperty("version").GetString());
        Assert.Equal(10_000, answer.GetProperty("predictions").GetArrayLength());
        Shape.Is(answer.GetProperty("predictions")[9_999], "prediction:string probabilities:object prediction_id:string");
        using var single = await service.Admin.PostTextAsync("/model/predict", Api.Patient(6.1));
        Assert.Equal(
            (await single.JsonAsync()).GetProperty("probabilities").ToString(),
            answer.GetProperty("predictions")[0].GetProperty("probabilities").ToString());
        Assert.Equal(10_000, answer.GetProperty("predictions").EnumerateArray().Select(p => p.GetProperty("prediction_id").GetString()).Distinct().Count());
    }

    /// <summary>Digit for digit, whatever other patients are in the batch and in whatever order.</summary>
    [Fact]
    public async Task Batch_InAnyOrderAndCompany_AnswersEachPatientAsSingly()
    {
        string[] patients = [.. Enumerable.Range(0, 40).Select(i => Api.Patient(4.3 + (0.137 * i), age: 20 + (i % 7 * 9)))];
        var singly = new List<string>();
        foreach (var patient in patients)
        {
            using var single = await service.Admin.PostTextAsync("/model/predict", patient);
            singly.Add((await single.JsonAsync()).GetProperty("probabilities").GetRawText());
        }

        Assert.Equal(singly, await AnswersAsync(patients));
        Assert.Equal(singly.AsEnumerable().Reverse(), await AnswersAsync(patients.AsEnumerable().Reverse()));
        Assert.Equal(singly[3..20], await AnswersAsync(patients[3..20]));

        async Task<IEnumerable<string>> AnswersAsync(IEnumerable<string> rows)
        {
            using var response = await service.Admin.PostTextAsync("/model/predict/batch", $$"""{"rows": [{{string.Join(',', rows)}}]}""");
            return (await response.JsonAsync()).GetProperty("predictions").EnumerateArray()
                .Select(p => p.GetProperty("probabilities").GetRawText()).ToArray();
        }
    }

    /// <summary>A code in another letter case and characters beyond ASCII, in a body whose length isn't announced.</summary>
    [Fact]
    public async Task Batch_WithRowsThatOnlyTheSerializerReads_IsAnswered()
    {
        var row = """{"HbA1c": 6, "AGE": 40, "BMI": 25, "Gender": "m", "reference": "Müller"}""";
        using var body = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes($$"""{"rows": [{{row}}, {{Api.Patient(6)}}]}""")));
        body.Headers.ContentType = new("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/model/predict/batch") { Content = body };
        request.Headers.TransferEncodingChunked = true;

        using var response = await service.Admin.SendAsync(request);

        Assert.Equal(2, (await response.JsonAsync()).GetProperty("predictions").GetArrayLength());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10_001)]
    public async Task Batch_OfNoneOrTooMany_Is400(int rows)
    {
        using var response = await service.Admin.PostTextAsync("/model/predict/batch", $$"""{"rows": [{{string.Join(',', Enumerable.Repeat(Api.Patient(6), rows))}}]}""");

        Assert.Equal(["rows"], (await response.ProblemAsync(400, "validation_failed")).GetProperty("errors").EnumerateObject()
            .Select(e => e.Name));
    }

    [Fact]
    public async Task Batch_WhenOneRowIsWrong_NamesItsPlace()
    {
        using var response = await service.Admin.PostTextAsync("/model/predict/batch", $$"""{"rows": [{{Api.Patient(6)}}, {{Api.Patient(6, age: 131)}}, null]}""");

        Assert.Equal(["rows[1].AGE", "rows[2]"], (await response.ProblemAsync(400, "validation_failed")).GetProperty("errors")
            .EnumerateObject().Select(e => e.Name).Order());
    }

    [Fact]
    public async Task Log_AfterPredictions_HoldsNoPatientsValue()
    {
        using var right = await service.Admin.PostTextAsync("/model/predict", Api.Patient(7.654321, bmi: 31.2345));
        using var wrong = await service.Admin.PostTextAsync("/model/predict", Api.Patient(7.654321, bmi: 331.2345));
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);

        Assert.DoesNotContain(service.Log.Lines, line => line.Contains("7.654321", StringComparison.Ordinal) || line.Contains("31.2345", StringComparison.Ordinal));
    }

    private Task<HttpResponseMessage> SendAsync(byte[] body, string? type, bool isChunked)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/model/predict") { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        request.Headers.TransferEncodingChunked = isChunked;
        request.Headers.ExpectContinue = body.Length > 1_000_000;
        return service.Admin.SendAsync(request);
    }
}
