using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ModelOps.TestSupport;

namespace ModelOps.Faults.Tests.Harness;

/// <summary>One user of the first replica, whose every answer is measured.</summary>
internal sealed class Caller : IDisposable
{
    public const string Password = "a password of this user";

    private readonly HttpClient _http;

    private Caller(Uri address) => _http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };

    public string Email { get; private set; } = "";

    public ConcurrentQueue<Measured> Answers { get; } = [];

    public static Caller Anonymous(Fleet fleet) => new(fleet.Api1.Address!);

    public static async Task<Caller> AdminAsync(Fleet fleet)
    {
        var caller = Anonymous(fleet);
        await caller.SignInAsync(ServiceProcess.AdminEmail, ServiceProcess.AdminPassword);
        return caller;
    }

    /// <summary>A new user.</summary>
    public static async Task<Caller> UserAsync(Fleet fleet)
    {
        using var admin = await AdminAsync(fleet);
        var email = $"{Guid.NewGuid():N}@example.org";
        var created = await admin.PostAsync("create", "/users", new { email, password = Password, role = "USER" });
        Assert.True(created.Status == 201, created.ToString());
        var caller = Anonymous(fleet);
        await caller.SignInAsync(email, Password);
        return caller;
    }

    public Task<Measured> PredictAsync() =>
        PostAsync("predict", "/model/predict", new { HbA1c = 6.1, AGE = 54, BMI = 29.5, Gender = "F" });

    public Task<Measured> LoginAsync(string kind, string email, string password) => PostAsync(kind, "/auth/login", new { email, password });

    public Task<Measured> AddRecordAsync() =>
        PostAsync("record", "/records", new { HbA1c = 6.1, AGE = 54, BMI = 29.5, Gender = "F", CLASS = "N" });

    public Task<Measured> GetAsync(string kind, string path) => SendAsync(kind, HttpMethod.Get, path, null);

    public Task<Measured> DeleteAsync(string kind, string path) => SendAsync(kind, HttpMethod.Delete, path, null);

    public Task<Measured> PostAsync<T>(string kind, string path, T body) =>
        SendAsync(kind, HttpMethod.Post, path, JsonContent.Create(body, options: JsonSerializerOptions.Default));

    public Task<Measured> PostTextAsync(string kind, string path, byte[] json)
    {
        var content = new ByteArrayContent(json);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return SendAsync(kind, HttpMethod.Post, path, content);
    }

    public Task<Measured> SendFileAsync(string kind, string path, string name, string csv) => SendAsync(
        kind, HttpMethod.Post, path, new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes(csv)), "file", name } });

    public void Dispose() => _http.Dispose();

    private async Task SignInAsync(string email, string password)
    {
        var answer = await LoginAsync("login", email, password);
        Email = email;
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", answer.Text("access_token"));
    }

    private async Task<Measured> SendAsync(string kind, HttpMethod method, string path, HttpContent? content)
    {
        var since = Stopwatch.StartNew();
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        using var body = text.StartsWith('{') ? JsonDocument.Parse(text) : null;
        var answer = new Measured(
            kind, (int)response.StatusCode, since.Elapsed, response.Headers.RetryAfter is not null, body?.RootElement.Clone());
        Answers.Enqueue(answer);
        return answer;
    }
}

/// <param name="Kind">What was asked for.</param>
internal sealed record Measured(string Kind, int Status, TimeSpan Took, bool RetryAfter, JsonElement? Body)
{
    public string? Text(string member) =>
        Body is { } body && body.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;

    public override string ToString() => $"{Kind}: {Status} {Text("code")} after {Took.TotalMilliseconds:0} ms";
}
