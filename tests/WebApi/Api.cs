using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ModelOps.Infrastructure.Csv;

namespace ModelOps.WebApi.Tests;

/// <summary>What the tests do again and again with a signed-in client.</summary>
internal static class Api
{
    public const string Header = "HbA1c,AGE,BMI,Gender,CLASS\n";

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static string Sample(int rows, int seed = 1)
    {
        using var csv = new MemoryStream();
        SampleCsv.Write(csv, rows, seed);
        return Encoding.UTF8.GetString(csv.ToArray());
    }

    public static string NewName() => $"{Guid.NewGuid():N}.csv";

    /// <summary>The body as it is, so that a test can send what no serializer writes.</summary>
    public static Task<HttpResponseMessage> PostTextAsync(this HttpClient client, string address, string json,
        params (string Name, string Value)[] headers) =>
        client.SendAsync(Request(HttpMethod.Post, address, new StringContent(json, Encoding.UTF8, "application/json"), headers));

    public static Task<HttpResponseMessage> GetAsync(this HttpClient client, string address,
        params (string Name, string Value)[] headers) =>
        client.SendAsync(Request(HttpMethod.Get, address, null, headers));

    private static HttpRequestMessage Request(HttpMethod method, string address, HttpContent? content,
        (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, address) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    public static Task<HttpResponseMessage> UploadAsync(this HttpClient client, string name, string csv, string query = "") =>
        client.UploadAsync(name, Encoding.UTF8.GetBytes(csv), query);

    public static Task<HttpResponseMessage> UploadAsync(
        this HttpClient client, string name, byte[] csv, string query = "", string address = "/model/upload-dataset") =>
        client.PostAsync($"{address}{query}", new MultipartFormDataContent { { new ByteArrayContent(csv), "file", name } });

    /// <summary>A multipart body written by hand, for names that <see cref="HttpClient"/> refuses to send.</summary>
    public static Task<HttpResponseMessage> UploadRawAsync(this HttpClient client, byte[] disposition, string csv, string address =
        "/model/upload-dataset")
    {
        var body = new MemoryStream();
        body.Write("--edge\r\nContent-Disposition: "u8);
        body.Write(disposition);
        body.Write("\r\n\r\n"u8);
        body.Write(Encoding.UTF8.GetBytes(csv));
        body.Write("\r\n--edge--\r\n"u8);
        var content = new ByteArrayContent(body.ToArray());
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=edge");
        return client.PostAsync(address, content);
    }

    /// <summary>Uploads a made-up dataset under a new name.</summary>
    public static async Task<string> SampleDatasetAsync(this HttpClient client, int rows = 300, int seed = 1)
    {
        var name = NewName();
        using var response = await client.UploadAsync(name, Sample(rows, seed));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return name;
    }

    /// <summary>Starts a training and gives its id.</summary>
    public static async Task<string> QueueAsync(this HttpClient client, string dataset, int epochs = 2, int hidden = 8, int seed = 42,
        int batch = 64)
    {
        using var response = await client.PostAsJsonAsync(
            "/model/retrain",
            new { use_database = false, dataset_name = dataset, epochs, hidden_size = hidden, seed, batch_size = batch });
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return (await response.JsonAsync()).GetProperty("job_id").GetString()!;
    }

    /// <summary>Trains to the end and gives the version's name.</summary>
    public static async Task<string> TrainAsync(this HttpClient client, string dataset, int epochs = 2, int seed = 42) =>
        (await client.WaitForAsync(await client.QueueAsync(dataset, epochs, seed: seed), "succeeded")).GetProperty("version").GetString()!;

    public static async Task<JsonElement> JobAsync(this HttpClient client, string job) => await client.JsonAsync($"/model/jobs/{job}");

    /// <summary>A GET that must succeed.</summary>
    public static async Task<JsonElement> JsonAsync(this HttpClient client, string address)
    {
        using var response = await client.GetAsync(address);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.JsonAsync();
    }

    /// <summary>Polls until the job ends, and expects this end.</summary>
    public static async Task<JsonElement> WaitForAsync(this HttpClient client, string job, string status)
    {
        var ended = await client.PollAsync(job, j => Status(j) is "succeeded" or "failed" or "cancelled");
        Assert.True(Status(ended) == status, ended.ToString());
        return ended;
    }

    /// <summary>Polls until a batch of the training is done.</summary>
    public static Task<JsonElement> WaitForProgressAsync(this HttpClient client, string job) =>
        client.PollAsync(job, j => j.GetProperty("epoch").GetInt32() > 0 || Status(j) is "succeeded" or "failed" or "cancelled");

    public static string Status(JsonElement job) => job.GetProperty("status").GetString()!;

    public static async Task<JsonElement> PollAsync(this HttpClient client, string job, Predicate<JsonElement> until)
    {
        JsonElement seen = default;
        await UntilAsync(async () => until(seen = await client.JobAsync(job)), () => $"job {seen}");
        return seen;
    }

    /// <summary>Asks again and again, for a minute.</summary>
    public static Task UntilAsync(Func<Task<bool>> condition, string what) => UntilAsync(condition, () => what);

    private static async Task UntilAsync(Func<Task<bool>> condition, Func<string> what)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await condition())
        {
            try
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"Waited a minute in vain for {what()}.");
            }
        }
    }

    public static async Task ActivateAsync(this HttpClient client, string version)
    {
        using var response = await client.PostAsJsonAsync("/model/activate", new { version });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    public static async Task CancelAsync(this HttpClient client, string job)
    {
        using var response = await client.PostAsync($"/model/jobs/{job}/cancel", null);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    public static string Patient(double hba1c, double age = 50, double bmi = 27, string gender = "F") =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"HbA1c": {{hba1c}}, "AGE": {{age}}, "BMI": {{bmi}}, "Gender": "{{gender}}"}""");

    public static string Record(double hba1c, string diagnosis, double age = 50) =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"HbA1c": {{hba1c}}, "AGE": {{age}}, "BMI": 27, "Gender": "F", "CLASS": "{{diagnosis}}"}""");
}
