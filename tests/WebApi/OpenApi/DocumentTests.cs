using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests.OpenApi;

/// <summary>
/// The document in git is what the code says, and the code does what the document says. <c>build/openapi.sh</c> writes it, with
/// <c>--examples</c> also the examples, which <see cref="Walk_ThroughEveryOperation_IsAnsweredAsDescribed"/> records.
/// </summary>
public sealed class DocumentTests(DocumentTests.Fixture service) : IClassFixture<DocumentTests.Fixture>
{
    private const string Record = """{"HbA1c": 6.1, "AGE": 58, "BMI": 31.2, "Gender": "F", "CLASS": "P", "patient_ref": "NHC-4711"}""";
    private const string Patient = """{"HbA1c": 6.1, "AGE": 58, "BMI": 31.2, "Gender": "F", "reference": "lab 2026-001"}""";

    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Secrets = ["access_token", "refresh_token", "token", "one_time_password"];

    public sealed class Fixture : ServiceFixture;

    [Fact]
    public async Task Document_InGit_IsWhatTheCodeSays()
    {
        await using var process = ServiceProcess.Run(["openapi"]);
        Assert.Equal(0, await process.EndAsync());

        Assert.True(
            process.Output.Trim() == (await File.ReadAllTextAsync(Contract.FilePath)).Trim(),
            "docs/openapi.json differs from the code. Run build/openapi.sh, and look at build/openapi-diff.sh.");
    }

    [Fact]
    public void Operations_OfTheDocument_AreDescribedWhole()
    {
        Assert.NotEmpty(Contract.Operations);
        Assert.Equal(Contract.Operations.Count, Contract.Operations.Select(operation => operation.Id).Distinct().Count());
        Assert.All(Contract.Operations, operation =>
        {
            var json = operation.Json;
            Assert.False(string.IsNullOrWhiteSpace((string?)json["summary"]), operation.Name);
            Assert.False(string.IsNullOrWhiteSpace((string?)json["description"]), operation.Name);
            Assert.All(json["parameters"]?.AsArray() ?? [], parameter =>
            {
                Assert.False(string.IsNullOrWhiteSpace((string?)parameter!["description"]), $"{operation.Name} {parameter["name"]}");
                Assert.NotNull(parameter["schema"]!["type"]);
            });
            if (json["requestBody"]?["content"]?["application/json"] is { } body)
            {
                Assert.True(body["example"] is not null, $"{operation.Name} has no example of a request");
                Assert.Empty(Contract.Mismatches(body["example"], body["schema"]!));
            }

            var answers = json["responses"]!.AsObject().Where(answer => answer.Key is "200" or "201" or "202" or "503").ToArray();
            Assert.All(answers, answer =>
            {
                if (answer.Value!["content"]?["application/json"] is { } content && answer.Key != "503")
                {
                    Assert.True(content["example"] is not null, $"{operation.Name} has no example of its answer {answer.Key}");
                    Assert.Empty(Contract.Mismatches(content["example"], content["schema"]!));
                }
            });
        });
    }

    [Fact]
    public async Task Walk_ThroughEveryOperation_IsAnsweredAsDescribed()
    {
        var recorder = new Recorder();
        using var client = service.CreateDefaultClient(service.ClientOptions.BaseAddress, new ContractHandler(recorder.SeeAsync));

        var tokens = await LoginAsync();
        client.DefaultRequestHeaders.Authorization = new("Bearer", Text(tokens, "access_token"));
        await SessionsAsync();
        await UsersAsync();
        await DatasetsAsync();
        await RecordsAsync();
        await TrainAndServeAsync();
        await GetAsync("/health/live");
        await GetAsync("/health/ready");

        if (Environment.GetEnvironmentVariable("MODELOPS_WRITE_EXAMPLES") == "true")
        {
            var path = Path.Combine(Repository.Root, "src", "WebApi", "OpenApi", "examples.json");
            await File.WriteAllTextAsync(path, recorder.Examples.ToJsonString(Indented) + "\n");
        }

        Assert.Equal(
            Contract.Operations.Select(operation => operation.Id).Order(StringComparer.Ordinal),
            recorder.Succeeded.Order(StringComparer.Ordinal));

        async Task SessionsAsync()
        {
            await PostAsync("/auth/refresh", $$"""{"refresh_token": "{{Text(await LoginAsync(), "refresh_token")}}"}""");
            await GetAsync("/auth/me");
            var other = await LoginAsync();
            var sessions = (await GetAsync("/auth/sessions"))["sessions"]!.AsArray();
            var ended = sessions.First(session => !(bool)session!["current"]!);
            await DeleteAsync($"/auth/sessions/{ended!["id"]}");
            var token = await PostAsync(
                "/auth/tokens",
                $$"""{"name": "nightly retraining", "expires_at": "{{DateTime.UtcNow.Date.AddDays(90):s}}Z", "scopes": ["train", "read"]}""");
            await GetAsync("/auth/tokens");
            await DeleteAsync($"/auth/tokens/{token["id"]}");
        }

        async Task<JsonNode> LoginAsync() => await PostAsync(
            "/auth/login", $$"""{"email": "{{ServiceFixture.AdminEmail}}", "password": "{{ServiceFixture.AdminPassword}}"}""");

        async Task UsersAsync()
        {
            var user = await PostAsync("/users", """{"email": "nurse@example.org", "password": "one of the many 22", "role": "USER"}""");
            await GetAsync("/users");
            await SendAsync(HttpMethod.Patch, $"/users/{user["id"]}", """{"role": "CLINICIAN", "disabled": false}""");
            using var nurse = service.CreateDefaultClient(service.ClientOptions.BaseAddress, new ContractHandler(recorder.SeeAsync));
            using var login = await nurse.PostAsJsonAsync(
                "/auth/login", new { email = "nurse@example.org", password = ServiceFixture.UserPassword });
            var session = await Tokens.ReadAsync(login);
            nurse.DefaultRequestHeaders.Authorization = new("Bearer", session.AccessToken);
            using var changed = await nurse.PostTextAsync(
                "/auth/password", $$"""{"current": "{{ServiceFixture.UserPassword}}", "new": "another of the many 33"}""");
            Assert.Equal(HttpStatusCode.NoContent, changed.StatusCode);
            using var left = await nurse.PostTextAsync("/auth/logout", $$"""{"refresh_token": "{{session.RefreshToken}}"}""");
            Assert.Equal(HttpStatusCode.NoContent, left.StatusCode);
            await PostAsync($"/users/{user["id"]}/reset-password", null);
            await DeleteAsync($"/users/{user["id"]}");
        }

        async Task DatasetsAsync()
        {
            await UploadAsync("/model/datasets/preview", "clinic.csv", Api.Sample(40));
            await UploadAsync("/model/upload-dataset", "clinic.csv", Api.Sample(300));
            await UploadAsync("/model/upload-dataset", "other.csv", Api.Sample(40, seed: 2));
            await SendAsync(
                HttpMethod.Put, "/model/datasets/mappings/laboratory",
                """
                {"headers": ["Sexo", "Edad", "IMC", "Glicada", "Control"], "mapping": {"columns": {
                  "HbA1c": {"header": "Glicada", "unit": "mmol/mol"}, "CLASS": {"header": "Control", "codes": {"Sí": "Y", "No": "N"}}}}}
                """);
            await GetAsync("/model/datasets/mappings");
            await GetAsync("/model/datasets/mappings/laboratory");
            await DeleteAsync("/model/datasets/mappings/laboratory");
            await GetAsync("/model/datasets");
            await GetAsync("/model/datasets/clinic.csv");
            await SendAsync(
                HttpMethod.Patch, "/model/datasets/other.csv", """{"filename": "second.csv", "description": "from the second clinic"}""");
            await SeeAsync("/model/datasets/second.csv/rows.csv");
            await DeleteAsync("/model/datasets/second.csv");
        }

        async Task RecordsAsync()
        {
            await PostAsync("/records", $"[{Record}]");
            await UploadAsync("/records/import", "records.csv", Api.Sample(60, seed: 3));
            var import = (await GetAsync("/records/imports"))["imports"]![0]!["id"];
            await GetAsync($"/records/imports/{import}");
            await GetAsync("/records/summary");
            var record = (await GetAsync("/records?source=registered"))["records"]![0]!["id"];
            await SendAsync(HttpMethod.Patch, $"/records/{record}", """{"CLASS": "Y", "reason": "the laboratory corrected it"}""");
            await GetAsync($"/records/{record}");
            await DeleteAsync($"/records/imports/{import}");
            await DeleteAsync($"/records/{record}");
            await PostAsync("/records/forget", """{"patient_ref": "NHC-4711"}""");
        }

        async Task TrainAndServeAsync()
        {
            const string training = """
                {"use_database": false, "dataset_name": "clinic.csv", "architecture": "mlp-bn", "epochs": 3, "hidden_size": 8, "seed": 7}
                """;
            var first = Text(await WaitAsync(training), "version");
            var second = Text(await WaitAsync(training.Replace("7}", "8}", StringComparison.Ordinal)), "version");
            var queued = await PostAsync("/model/retrain", training.Replace("3,", "10000,", StringComparison.Ordinal));
            await PostAsync($"{queued["status_url"]}/cancel", null);
            await client.WaitForAsync(Text(queued, "job_id"), "cancelled");
            await GetAsync("/model/jobs");
            var job = (await GetAsync("/model/jobs?status=succeeded"))["jobs"]![0]!["job_id"];
            await GetAsync($"/model/jobs/{job}");
            await SeeAsync($"/model/jobs/{job}/events");

            await SendAsync(HttpMethod.Patch, $"/model/versions/{first}", """{"note": "with the corrected records", "tags": ["pilot"]}""");
            await GetAsync("/model/versions");
            await GetAsync($"/model/versions/{first}");
            await GetAsync($"/model/versions/{first}/profile");
            await SeeAsync($"/model/versions/{first}/files/metadata.json");
            await PostAsync("/model/activate", $$"""{"version": "{{first}}", "reason": "the first one"}""");
            await PostAsync("/model/activate", $$"""{"version": "{{second}}", "reason": "better", "expected_active": "{{first}}"}""");
            await GetAsync($"/model/compare?candidate={first}");
            await GetAsync("/model/active");

            var id = Text(await PostAsync("/model/predict", Patient), "prediction_id");
            await PostAsync("/model/predict/batch", $$"""{"rows": [{{Patient}}]}""");
            await Api.UntilAsync(
                async () => (await GetAsync("/predictions"))["predictions"]!.AsArray().Any(each => Text(each!, "prediction_id") == id),
                "the prediction");
            await PostAsync($"/predictions/{id}/label", """{"CLASS": "Y", "source": "lab"}""");
            await SendAsync(HttpMethod.Patch, $"/predictions/{id}/label", """{"CLASS": "P", "reason": "entered for another patient"}""");

            await PostAsync("/model/rollback", """{"reason": "the nurses prefer it", "expected_active": null}""");
            await GetAsync("/model/activations");
            var again = await PostAsync($"/model/versions/{first}/reproduce", null);
            await client.WaitForAsync(Text(again, "job_id"), "succeeded");
            await DeleteAsync($"/model/version/{second}");
        }

        async Task<JsonNode> WaitAsync(string body)
        {
            using var answer = await client.PostTextAsync("/model/retrain", body, ("Prefer", "wait=60"));
            return await JsonAsync(answer);
        }

        async Task UploadAsync(string address, string name, string csv)
        {
            using var answer = await client.UploadAsync(name, Encoding.UTF8.GetBytes(csv), address: address);
            await JsonAsync(answer);
        }

        async Task<JsonNode> GetAsync(string address) => await SendAsync(HttpMethod.Get, address, null);

        async Task<JsonNode> PostAsync(string address, string? body) => await SendAsync(HttpMethod.Post, address, body);

        async Task DeleteAsync(string address) => await SeeAsync(address, HttpMethod.Delete);

        async Task SeeAsync(string address, HttpMethod? method = null)
        {
            using var answer = await client.SendAsync(new HttpRequestMessage(method ?? HttpMethod.Get, address));
            Assert.True(answer.IsSuccessStatusCode, address);
        }

        async Task<JsonNode> SendAsync(HttpMethod method, string address, string? body)
        {
            using var request = new HttpRequestMessage(method, address);
            request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await client.SendAsync(request);
            return await JsonAsync(answer);
        }
    }

    private static async Task<JsonNode> JsonAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{answer.RequestMessage!.RequestUri}: {text}");
        return JsonNode.Parse(text)!;
    }

    private static string Text(JsonNode json, string member) => (string)json[member]!;

    /// <summary>Keeps the first request and answers of each operation, shortened and without secrets.</summary>
    private sealed class Recorder
    {
        private const int Elements = 2;

        public SortedSet<string> Succeeded { get; } = new(StringComparer.Ordinal);

        public JsonObject Examples { get; } = [];

        public async Task SeeAsync(ContractOperation operation, HttpRequestMessage request, HttpResponseMessage response)
        {
            if (!response.IsSuccessStatusCode)
            {
                return;
            }

            Succeeded.Add(operation.Id);
            if (Examples[operation.Id] is not JsonObject example)
            {
                Examples[operation.Id] = example = [];
            }

            if (example["request"] is null && request.Content?.Headers.ContentType?.MediaType == "application/json")
            {
                example["request"] = Shorten(JsonNode.Parse(await request.Content.ReadAsStringAsync()));
            }

            if (response.Content.Headers.ContentType?.MediaType == "application/json")
            {
                var answers = example["answers"]?.AsObject();
                if (answers is null)
                {
                    example["answers"] = answers = [];
                }

                answers[$"{(int)response.StatusCode}"] ??= Shorten(JsonNode.Parse(await response.Content.ReadAsStringAsync()));
            }
        }

        private static JsonNode? Shorten(JsonNode? value) => value switch
        {
            JsonArray elements => new JsonArray([.. elements.Take(Elements).Select(Shorten)]),
            JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(
                member.Key, Secrets.Contains(member.Key) && member.Value is JsonValue ? "…" : Shorten(member.Value)))),
            _ => value?.DeepClone(),
        };
    }
}
