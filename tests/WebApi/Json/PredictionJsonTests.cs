using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ModelOps.Application.Predictions;
using ModelOps.Domain.Features;
using ModelOps.WebApi.Json;

namespace ModelOps.WebApi.Tests.Json;

/// <summary>What reads and writes predictions by hand is held against the serializer, which stays the contract.</summary>
public sealed class PredictionJsonTests
{
    private const string Good = """{"HbA1c": 6.25, "AGE": 40, "BMI": 25, "Gender": "M"}""";

    [Theory]
    [InlineData($$"""{"rows": []}""")]
    [InlineData($$"""{"rows": [{{Good}}]}""")]
    [InlineData($$""" { "rows" : [ {{Good}} , {{Good}} ] } """)]
    [InlineData("""{"rows":[{"Gender":"F","BMI":2.5e1,"AGE":0,"HbA1c":-0.0}]}""")]
    [InlineData("""{"rows":[{"HbA1c":5,"AGE":40,"BMI":25,"Gender":"F","reference":"Bed 12 / 2026"}]}""")]
    [InlineData("""{"rows":[{"reference":null,"HbA1c":5,"AGE":40,"BMI":25,"Gender":"F"}]}""")]
    [InlineData("""{"rows":[{"HbA1c":123456789.0123456789,"AGE":1e-300,"BMI":1e300,"Gender":"F"}]}""")]
    [InlineData("""{"rows":[{"\u0041GE":40,"HbA1c":5,"BMI":25,"Gender":"\u0046"}]}""")]
    public void TryRead_OfAWellFormedBatch_ReadsWhatTheSerializerReads(string body)
    {
        var read = PredictionReader.TryReadBatch(Encoding.UTF8.GetBytes(body));

        Assert.NotNull(read);
        Assert.Equal(JsonSerializer.Deserialize<PredictBatch>(body, WireJson.Options)?.Rows, read.Rows);
    }

    [Theory]
    [InlineData(Good)]
    [InlineData($" {Good} ")]
    [InlineData("""{"Gender":"F","BMI":2.5e1,"AGE":0,"HbA1c":-0.0,"reference":"Bed 12"}""")]
    public void TryRead_OfAWellFormedInput_ReadsWhatTheSerializerReads(string body)
    {
        var read = PredictionReader.TryReadInput(Encoding.UTF8.GetBytes(body));

        Assert.NotNull(read);
        Assert.Equal(JsonSerializer.Deserialize<PredictionInput>(body, WireJson.Options), read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData($"[{Good}]")]
    [InlineData($"{Good}{Good}")]
    [InlineData($"{Good} x")]
    [InlineData("""{"HbA1c":5,"AGE":40,"BMI":25}""")]
    [InlineData("""{"HbA1c":5,"AGE":40,"BMI":25,"Gender":"F","Gender":"F"}""")]
    [InlineData("""{"HbA1c":5,"AGE":40,"BMI":25,"Gender":"F","more":1}""")]
    [InlineData("""{"HbA1c":5,"AGE":40,"BMI":25,"Gender":"F","reference":"\u0000"}""")]
    public void TryRead_OfAnyOtherInput_LeavesItToTheSerializer(string body) =>
        Assert.Null(PredictionReader.TryReadInput(Encoding.UTF8.GetBytes(body)));

    /// <summary>Either the serializer refuses it, or reads something that this reader doesn't know.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"rows": null}""")]
    [InlineData("""{"rows": [null]}""")]
    [InlineData("""{"rows": [[]]}""")]
    [InlineData("""{"Rows": []}""")]
    [InlineData("""{"rows": [], "rows": []}""")]
    [InlineData("""{"rows": [], "more": 1}""")]
    [InlineData("""{"rows": []""")]
    [InlineData("""{"rows": []} x""")]
    [InlineData("""{"rows": []}{}""")]
    [InlineData("""{"rows": [],}""")]
    [InlineData("""{"rows": [] /* none */}""")]
    [InlineData($$"""{"rows": [{{Good}},]}""")]
    [InlineData("""{"rows":[{"HbA1c":5,"AGE":40,"BMI":25}]}""")]
    [InlineData("""{"rows":[{"HbA1c":5,"AGE":40,"BMI":25,"Gender":null}]}""")]
    [InlineData("""{"rows":[{"HbA1c":5,"AGE":40,"BMI":25,"Gender":1}]}""")]
    [InlineData("""{"rows":[{"HbA1c":5,"AGE":40,"BMI":25,"Gender":"f"}]}""")]
    [InlineData("""{"rows":[{"HbA1c":"5","AGE":40,"BMI":25,"Gender":"F"}]}""")]
    [InlineData("""{"rows":[{"HbA1c":null,"AGE":40,"BMI":25,"Gender":"F"}]}""")]
    [InlineData("""{"rows":[{"HbA1c":1e400,"AGE":40,"BMI":25,"Gender":"F"}]}""")]
    [InlineData("""{"rows":[{"HbA1c":05,"AGE":40,"BMI":25,"Gender":"F"}]}""")]
    [InlineData("""{"rows":[{"HbA1c":NaN,"AGE":40,"BMI":25,"Gender":"F"}]}""")]
    [InlineData("""{"rows":[{"hba1c":5,"AGE":40,"BMI":25,"Gender":"F"}]}""")]
    [InlineData("""{"rows":[{"HbA1c":5,"HbA1c":5,"AGE":40,"BMI":25,"Gender":"F"}]}""")]
    [InlineData("""{"rows":[{"HbA1c":5,"AGE":40,"BMI":25,"Gender":"F","CLASS":"N"}]}""")]
    [InlineData("""{"rows":[{"HbA1c":5,"AGE":40,"BMI":25,"Gender":"F","reference":7}]}""")]
    [InlineData("""{"rows":[{"HbA1c":5,"AGE":40,"BMI":25,"Gender":"F","reference":"\u0000"}]}""")]
    [InlineData("""{"rows":[{"HbA1c":5,"AGE":40,"BMI":25,"Gender":"F","reference":"José"}]}""")]
    [InlineData("""{"rows":[{"HbA1c":5,"AGE":40,"BMI":25,"Gender":"F","reference":{}}]}""")]
    public void TryRead_OfAnythingElse_LeavesItToTheSerializer(string body) =>
        Assert.Null(PredictionReader.TryReadBatch(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void TryRead_OfEveryBeginningOfABatch_LeavesItToTheSerializer()
    {
        var body = Encoding.UTF8.GetBytes($$"""{"rows": [{{Good}}, {{Good}}]}""");

        Assert.All(Enumerable.Range(0, body.Length), length => Assert.Null(PredictionReader.TryReadBatch(body.AsSpan(0, length))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(2_000)]
    public async Task Write_OfAnyAnswer_IsWhatTheSerializerWrites(int rows)
    {
        var random = new Random(rows);
        double[] special = [0, 1, 1e-5, 1e-300, 0.1, 1.0 / 3, double.Epsilon, double.NaN];
        double Value() => random.Next(3) == 0 ? special[random.Next(special.Length)] : random.NextDouble();
        BatchItem[] items = [.. Enumerable.Range(0, rows).Select(i => new BatchItem(
            (DiabetesClass)random.Next(3), new ClassProbabilities(Value(), Value(), Value()), Guid.NewGuid(), i % 5 == 0 ? false : null))];
        var answer = new BatchAnswer("v2026 \"é\"", items);

        Assert.Equal(JsonSerializer.Serialize(answer, WireJson.Options), await WrittenAsync(answer));
    }

    [Fact]
    public async Task Write_OfAnyPrediction_IsWhatTheSerializerWrites()
    {
        foreach (var classes in (DiabetesClass[]?[])
        [
            null, [], [DiabetesClass.Prediabetes], [DiabetesClass.Negative, DiabetesClass.Prediabetes, DiabetesClass.Diabetes],
        ])
        {
            foreach (var agreement in (double?[])[null, 0, 0.1, 1])
            {
                var answer = new PredictionAnswer(
                    DiabetesClass.Diabetes, new(1.0 / 3, 1e-9, double.NaN), classes, agreement, "v20261130_235959_2", Guid.NewGuid(),
                    agreement > 0);

                Assert.Equal(JsonSerializer.Serialize(answer, WireJson.Options), await WrittenAsync(answer));
            }
        }
    }

    private static Task<string> WrittenAsync(BatchAnswer answer) =>
        WrittenAsync(response => PredictionWriter.WriteAsync(response, answer, CancellationToken.None));

    private static Task<string> WrittenAsync(PredictionAnswer answer) => WrittenAsync(response =>
    {
        PredictionWriter.Write(response, answer);
        return Task.CompletedTask;
    });

    private static async Task<string> WrittenAsync(Func<HttpResponse, Task> write)
    {
        using var body = new MemoryStream();
        var response = new DefaultHttpContext { Response = { Body = body } }.Response;
        await write(response);
        await response.BodyWriter.FlushAsync();
        Assert.Equal("application/json; charset=utf-8", response.ContentType);
        return Encoding.UTF8.GetString(body.ToArray());
    }
}
