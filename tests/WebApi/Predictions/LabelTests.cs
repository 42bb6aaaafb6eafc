using System.Net;
using System.Text.Json;

namespace ModelOps.WebApi.Tests.Predictions;

[Collection(ModelsGroup.Name)]
public sealed class LabelTests(ModelsFixture service)
{
    [Fact]
    public async Task Label_OfAPredictionAnsweredJustNow_MakesARecordOnce()
    {
        await service.Admin.ActivateAsync(service.Versions[0]);
        var before = await RecordsAsync();
        var (id, predicted) = await PredictAsync(11.5);

        var answer = await LabelAsync(id, "P", "lab");
        var again = await LabelAsync(id, "Prediabetes", "lab");

        Shape.Is(answer, "prediction_id:string prediction:string CLASS:string source:string version:string labelled_at:time labelled_by:string");
        Assert.Equal(
            (id, predicted, "Prediabetes", "lab", service.Versions[0], ServiceFixture.AdminEmail),
            (Text(answer, "prediction_id"), Text(answer, "prediction"), Text(answer, "CLASS"), Text(answer, "source"),
                Text(answer, "version"), Text(answer, "labelled_by")));
        Assert.Equal(answer.ToString(), again.ToString());
        Assert.Equal(before + 1, await RecordsAsync());
    }

    [Theory]
    [InlineData("Y", "lab")]
    [InlineData("N", "clinician")]
    public async Task Label_WhenAnotherOneStandsThere_IsRefused(string outcome, string source)
    {
        await service.Admin.ActivateAsync(service.Versions[0]);
        var (id, _) = await PredictAsync(5);
        await LabelAsync(id, "N", "lab");
        var before = await RecordsAsync();

        using var other = await PostAsync(id, outcome, source);

        await other.ProblemAsync(409, "already_labelled");
        Assert.Equal(before, await RecordsAsync());
    }

    [Fact]
    public async Task Label_ByManyAtOnce_MakesOneRecord()
    {
        await service.Admin.ActivateAsync(service.Versions[0]);
        var (id, _) = await PredictAsync(6.2);
        var before = await RecordsAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => PostAsync(id, i % 2 == 0 ? "N" : "Y", "clinician")));

        var winners = answers.Where(a => a.StatusCode == HttpStatusCode.OK).ToList();
        Assert.Equal(5, winners.Count);
        Assert.All(answers.Except(winners), a => Assert.Equal(HttpStatusCode.Conflict, a.StatusCode));
        Assert.Equal(before + 1, await RecordsAsync());
    }

    [Theory]
    [InlineData("01a20b7b-f611-4604-8960-c4362822d712")]
    [InlineData("01a20b7b-f611-7604-8960-c4362822d712")]
    [InlineData("1")]
    [InlineData("..%5c..")]
    public async Task Label_OfAnUnknownPrediction_IsRefusedAtOnce(string id)
    {
        using var response = await PostAsync(id, "N", "lab");

        await response.ProblemAsync(404, "prediction_not_found");
    }

    [Theory]
    [InlineData("""{"CLASS": "maybe", "source": "lab"}""", "CLASS")]
    [InlineData("""{"CLASS": "N", "source": "model"}""", "source")]
    [InlineData("""{"CLASS": "N", "source": "prediction"}""", "source")]
    public async Task Label_WithAClassOrSourceThatIsNone_IsRefused(string body, string field)
    {
        using var response = await service.Admin.PostTextAsync($"/predictions/{Guid.CreateVersion7()}/label", body);

        var problem = await response.ProblemAsync(400, "validation_failed");
        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name));
    }

    [Fact]
    public async Task Version_WhosePredictionsWereConfirmed_ShowsItsLiveAccuracy()
    {
        var version = await service.Admin.TrainAsync(service.Dataset, epochs: 10, seed: 12);
        var none = (await service.Admin.JsonAsync($"/model/versions/{version}")).GetProperty("live");
        await service.Admin.ActivateAsync(version);
        using var batch = await service.Admin.PostTextAsync(
            "/model/predict/batch", $$"""{"rows": [{{string.Join(',', Enumerable.Range(0, 8).Select(i => Api.Patient(4.5 + i)))}}]}""");
        var predictions = (await batch.JsonAsync()).GetProperty("predictions").EnumerateArray().ToArray();
        var confusion = new int[3, 3];
        for (var i = 0; i < predictions.Length; i++)
        {
            // Every second one turns out otherwise.
            var predicted = Text(predictions[i], "prediction");
            var truth = i % 2 == 0 ? predicted : predicted == "Negative" ? "Diabetes" : "Negative";
            await LabelAsync(Text(predictions[i], "prediction_id"), truth, "clinician");
            confusion[Array.IndexOf(Classes, truth), Array.IndexOf(Classes, predicted)]++;
        }

        var live = (await service.Admin.JsonAsync($"/model/versions/{version}")).GetProperty("live");
        await service.Admin.ActivateAsync(service.Versions[0]);

        Shape.Is(none, "labelled:number accuracy:number? confusion:array");
        Assert.Equal((0, JsonValueKind.Null), (none.GetProperty("labelled").GetInt32(), none.GetProperty("accuracy").ValueKind));
        Assert.Equal((8, 0.5), (live.GetProperty("labelled").GetInt32(), live.GetProperty("accuracy").GetDouble()));
        Assert.Equal(
            confusion.Cast<int>(),
            live.GetProperty("confusion").EnumerateArray().SelectMany(row => row.EnumerateArray().Select(c => c.GetInt32())));
    }

    private static readonly string[] Classes = ["Negative", "Prediabetes", "Diabetes"];

    private async Task<(string Id, string Class)> PredictAsync(double hba1c)
    {
        using var response = await service.Admin.PostTextAsync("/model/predict", Api.Patient(hba1c));
        var answer = await response.JsonAsync();
        return (Text(answer, "prediction_id"), Text(answer, "prediction"));
    }

    private Task<HttpResponseMessage> PostAsync(string id, string outcome, string source) =>
        service.Admin.PostTextAsync($"/predictions/{id}/label", $$"""{"CLASS": "{{outcome}}", "source": "{{source}}"}""");

    private async Task<JsonElement> LabelAsync(string id, string outcome, string source)
    {
        using var response = await PostAsync(id, outcome, source);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.JsonAsync();
    }

    private async Task<int> RecordsAsync() => (await service.Admin.JsonAsync("/records/summary")).GetProperty("records").GetInt32();

    private static string Text(JsonElement element, string member) => element.GetProperty(member).GetString()!;
}
