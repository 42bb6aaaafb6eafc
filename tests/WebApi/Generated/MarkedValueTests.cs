using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using ModelOps.TestSupport;
using Npgsql;

namespace ModelOps.WebApi.Tests.Generated;

/// <summary>
/// Goes through everything with values that are easy to find again, and then looks for them where they mustn't be: in the log, in the job
/// storage, in tables of other things, in the metrics, in temporary files, in what other users and refused requests are told.
/// </summary>
public sealed class MarkedValueTests
{
    private const string Email = "marked.person@example.org";
    private const string Password = "Marked-Secret-9713-Phrase";
    private const string WrongPassword = "Wrong-Marked-3319-Phrase";
    private const string Reference = "MRN-Marked-5512-0091";
    private const string NoAccount = "marked.stranger@example.org";

    /// <summary>Of patients. Those of the second line break rules, and are refused.</summary>
    private static readonly string[] Patients = ["7.31731", "61.7771", "33.44117", "48.31731", "161.7771", "233.44117"];

    [Theory]
    [InlineData(Provider.Sqlite)]
    [InlineData(Provider.PostgreSql)]
    public async Task Walk_WithMarkedValues_LeavesThemNowhereElse(Provider provider)
    {
        var database = provider == Provider.PostgreSql ? await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync() : "";
        var folder = Directory.CreateTempSubdirectory("modelops-marked-");
        var (data, temporary) = (folder.CreateSubdirectory("data"), folder.CreateSubdirectory("temporary"));
        try
        {
            await using var service = ServiceProcess.Start(
                ("ModelOps__DataDirectory", data.FullName),
                ("ConnectionStrings__ModelOps", database),
                ("ModelOps__RateLimits__LoginsPerMinute", "1000"),
                ("Logging__LogLevel__Default", "Trace"),
                ("Logging__LogLevel__Microsoft.AspNetCore", "Trace"),
                ("Logging__LogLevel__Microsoft.EntityFrameworkCore", "Trace"),
                ("Logging__LogLevel__Hangfire", "Trace"),
                ("TMPDIR", temporary.FullName));
            var walk = new Walk(service);
            await walk.GoAsync();

            string[] secrets = [Password, WrongPassword, Reference, .. walk.Secrets];
            string[] people = [Email, NoAccount];
            using (var admin = await service.AdminAsync())
            {
                Search("the metrics", await admin.GetStringAsync("/metrics"), [.. Patients, .. people, .. secrets]);
            }

            // Only what each is for.
            Search("answers of refused requests", string.Join('\n', walk.Refusals), [.. Patients, .. secrets]);
            Search("what another user may read", await walk.ReadAsAnotherAsync(), [.. Patients, .. secrets]);
            await service.TerminateAsync();
            Assert.Contains("Executed DbCommand", service.Output, StringComparison.Ordinal);
            Assert.Contains("Executing endpoint", service.Output, StringComparison.Ordinal);
            Search("the log", service.Output, [.. Patients, .. people, .. secrets]);
            foreach (var (table, text) in await TablesAsync(database, data.FullName))
            {
                // Patients' values belong in these tables, and people's addresses with what they did.
                var ofPatients = table is "labelled_records" or "predictions" ? [] : Patients;
                var ofJobs = table.StartsWith("hangfire.", StringComparison.Ordinal) ? people : [];
                Search($"the table {table}", text, [.. ofPatients, .. ofJobs, .. secrets]);
            }

            foreach (var file in Directory.EnumerateFiles(temporary.FullName, "*", SearchOption.AllDirectories))
            {
                var text = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file));
                Search("a temporary file", text, [.. Patients, .. people, .. secrets]);
            }

            foreach (var file in Directory.EnumerateFiles(data.FullName, "*", SearchOption.AllDirectories))
            {
                Search($"the file {Path.GetFileName(file)}", Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)), secrets);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Search(string place, string text, string[] values)
    {
        Assert.NotEmpty(values);
        foreach (var value in values)
        {
            var at = text.IndexOf(value, StringComparison.OrdinalIgnoreCase);
            Assert.True(at < 0, at < 0 ? "" : $"{value} is in {place}: …{text[Math.Max(0, at - 200)..Math.Min(text.Length, at + 200)]}…");
        }
    }

    /// <summary>Every table as text, without its schema where that is the default one.</summary>
    private static async Task<List<(string Table, string Text)>> TablesAsync(string database, string data)
    {
        await using DbConnection connection = database.Length > 0
            ? new NpgsqlConnection(database)
            : new SqliteConnection($"Data Source={Path.Combine(data, "modelops.db")};Pooling=False");
        await connection.OpenAsync();
        var names = await ReadAsync(connection, database.Length > 0
            ? "SELECT CASE table_schema WHEN 'public' THEN '' ELSE table_schema || '.' END || table_name FROM information_schema.tables "
                + "WHERE table_schema IN ('public', 'hangfire')"
            : "SELECT name FROM sqlite_master WHERE type = 'table'");
        List<(string Table, string Text)> tables = [];
        foreach (var name in names.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(name => name.Trim()))
        {
            var quoted = string.Join('.', name.Split('.').Select(part => $"\"{part}\""));
            tables.Add((name, await ReadAsync(connection, $"SELECT * FROM {quoted}")));
        }

        Assert.Contains(tables, table => table.Table == "predictions" && table.Text.Contains("7.31731", StringComparison.Ordinal));
        Assert.Contains(tables, table => database.Length == 0 || table.Table == "hangfire.job");
        return tables;
    }

    private static async Task<string> ReadAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var text = new StringBuilder();
        while (await reader.ReadAsync())
        {
            for (var i = 0; i < reader.FieldCount; i++)
            {
                text.Append(reader.GetValue(i) is byte[] bytes
                    ? Encoding.Latin1.GetString(bytes)
                    : Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture)).Append(' ');
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Everything that takes a patient's or a user's values, rightly and wrongly.</summary>
    private sealed class Walk(ServiceProcess service)
    {
        private const string Good = """{"HbA1c": 7.31731, "AGE": 61.7771, "BMI": 33.44117, "Gender": "F"}""";
        private const string WithReference =
            $$"""{"HbA1c": 7.31731, "AGE": 61.7771, "BMI": 33.44117, "Gender": "F", "reference": "{{Reference}}"}""";

        private const string GoodRecord = """{"HbA1c": 7.31731, "AGE": 61.7771, "BMI": 33.44117, "Gender": "F", "CLASS": "Y"}""";
        private const string BadRecord = """{"HbA1c": 48.31731, "AGE": 161.7771, "BMI": 233.44117, "Gender": "61.7771", "CLASS": "7.31731"}""";

        private HttpClient _marked = null!;

        /// <summary>Tokens that were given out.</summary>
        public List<string> Secrets { get; } = [];

        public List<string> Refusals { get; } = [];

        public async Task GoAsync()
        {
            using (var admin = await service.AdminAsync())
            {
                using var created = await admin.PostAsJsonAsync("/users", new { email = Email, password = Password, role = "ADMIN" });
                Assert.Equal(HttpStatusCode.Created, created.StatusCode);
            }

            await SignInAsync();
            var csv = Api.Sample(120) + "7.31731,61.7771,33.44117,F,Y\n48.31731,161.7771,233.44117,F,Y\n7.31731,61.7771,33.44117,61.7771,33.44117\n";
            await UploadAsync("/model/upload-dataset", "marked.csv", csv, 201);
            await UploadAsync("/model/upload-dataset?strict=true", "strict.csv", csv, 400);
            await UploadAsync("/records/import", "marked.csv", csv, 201);
            await UploadAsync("/records/import?strict=true", "marked.csv", csv, 400);
            var referenced = $"""
                HbA1c,AGE,BMI,Gender,CLASS,patient_ref
                6.1,61,33,F,Y,{Reference}
                5.1,62,33,F,N,{Reference}
                5.2,999,33,F,N,{Reference}
                5.3,63,33,F,N,{Reference}{new string('x', 100)}
                """;
            await UploadAsync("/model/datasets/preview", "referenced.csv", referenced, 200);
            await UploadAsync("/model/upload-dataset", "referenced.csv", referenced, 201);
            await UploadAsync("/model/upload-dataset?strict=true", "strict.csv", referenced, 400);
            await UploadAsync("/records/import", "referenced.csv", referenced, 201);
            await PostAsync("/records", GoodRecord, 201);
            await PostAsync("/records", BadRecord, 400);
            await PostAsync("/records", OfPatient(GoodRecord, Reference), 201);
            await PostAsync("/records", OfPatient(BadRecord, Reference), 400);
            await PostAsync("/records", OfPatient(GoodRecord, $"{Reference}{new string('x', 100)}"), 400);
            await PostAsync("/records/forget", $$"""{"patient_ref": "{{Reference}}", "reason": "{{Reference}}"}""", 400);
            await PostAsync("/records/forget", $$"""{"patient_ref": "{{Reference}}"}""", 200);
            await PostAsync("/records", OfPatient(GoodRecord, Reference), 201);
            await PostAsync("/records", "{\"HbA1c\": 7.31731, \"7.31731\": 61.7771", 400);
            var versions = new[] { await TrainAsync(1), await TrainAsync(2) };
            await PostAsync("/model/activate", $$"""{"version": "{{versions[0]}}"}""", 200);
            var prediction = (await PostAsync("/model/predict", Good, 200)).GetProperty("prediction_id").GetString();
            await PostAsync("/model/predict", Good.Replace("61.7771", "161.7771", StringComparison.Ordinal), 400);
            await PostAsync("/model/predict", Good.Replace("7.31731", "\"7.31731\"", StringComparison.Ordinal), 400);
            await PostAsync("/model/predict/batch", $$"""{"rows": [{{Good}}, {{Good}}]}""", 200);
            await PostAsync("/model/predict/batch", $$"""{"rows": [{{Good}}, {{BadRecord}}]}""", 400);
            await PostAsync("/model/predict", WithReference, 200);
            await PostAsync("/model/predict/batch", $$"""{"rows": [{{WithReference}}]}""", 200);
            var tooLong = Reference + new string('x', 100);
            await PostAsync("/model/predict", WithReference.Replace(Reference, tooLong, StringComparison.Ordinal), 400);
            foreach (var (address, status) in new[]
            {
                ($"/predictions?reference={Reference}", HttpStatusCode.OK),
                ($"/predictions?reference={tooLong}", HttpStatusCode.BadRequest),
            })
            {
                using var found = await _marked.GetAsync(address);
                Assert.Equal(status, found.StatusCode);
                Refusals.Add(await found.Content.ReadAsStringAsync());
            }

            await LabelAsync($"/predictions/{prediction}/label");
            await PostAsync($"/predictions/{prediction}/label", """{"CLASS": "61.7771", "source": "33.44117"}""", 400);
            using var compared = await _marked.GetAsync($"/model/compare?candidate={versions[1]}");
            Assert.Equal(HttpStatusCode.OK, compared.StatusCode);
            await PostAsync("/model/rollback", "{}", 409);
            await WrongSignInsAsync();
        }

        /// <summary>Everything that somebody with the role USER may read, as one text.</summary>
        public async Task<string> ReadAsAnotherAsync()
        {
            const string email = "reader@example.org";
            const string password = "reads only what it may 5";
            using (var created = await _marked.PostAsJsonAsync("/users", new { email, password, role = "USER" }))
            {
                Assert.Equal(HttpStatusCode.Created, created.StatusCode);
            }

            using var reader = await service.AnonymousAsync();
            using (var login = await reader.PostAsJsonAsync("/auth/login", new { email, password }))
            {
                reader.DefaultRequestHeaders.Authorization =
                    new AuthenticationHeaderValue("Bearer", (await Tokens.ReadAsync(login)).AccessToken);
            }

            var text = new StringBuilder();
            var versions = await reader.JsonAsync("/model/versions");
            var jobs = await reader.JsonAsync("/model/jobs");
            string[] addresses =
            [
                "/auth/me", "/auth/sessions", "/auth/tokens", "/model/datasets", "/model/datasets/marked.csv",
                    "/model/datasets/referenced.csv", "/records/summary",
                    "/model/active", "/model/activations",
                .. versions.GetProperty("models").EnumerateArray().Select(m => $"/model/versions/{m.GetProperty("version").GetString()}"),
                .. jobs.GetProperty("jobs").EnumerateArray().Select(j => $"/model/jobs/{j.GetProperty("job_id").GetString()}"),
            ];
            foreach (var address in addresses)
            {
                text.Append(await reader.JsonAsync(address)).Append('\n');
            }

            return text.Append(versions).Append(jobs).ToString();
        }

        private static string OfPatient(string record, string reference) =>
            record.Replace("}", $", \"patient_ref\": \"{reference}\"}}", StringComparison.Ordinal);

        private async Task SignInAsync()
        {
            _marked = await service.AnonymousAsync();
            using var login = await _marked.PostAsJsonAsync("/auth/login", new { email = Email, password = Password });
            var tokens = await Tokens.ReadAsync(login);
            using var renewed = await _marked.PostAsJsonAsync("/auth/refresh", new { refresh_token = tokens.RefreshToken });
            var later = await Tokens.ReadAsync(renewed);
            _marked.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", later.AccessToken);
            var personal = await PostAsync("/auth/tokens", """{"name": "a script", "expires_at": "$"}""".Replace(
                "$", DateTime.UtcNow.AddDays(1).ToString("O", CultureInfo.InvariantCulture), StringComparison.Ordinal), 201);
            Secrets.AddRange([tokens.AccessToken, tokens.RefreshToken, later.AccessToken, later.RefreshToken]);
            Secrets.Add(personal.GetProperty("token").GetString()!);
            using var script = await service.AnonymousAsync();
            script.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Secrets[^1]);
            Assert.Equal(HttpStatusCode.OK, (await script.GetAsync("/model/jobs")).StatusCode);
        }

        private async Task WrongSignInsAsync()
        {
            using var anonymous = await service.AnonymousAsync();
            (string, string)[] tries = [(Email, WrongPassword), (NoAccount, WrongPassword), (NoAccount, Password), ("", Password)];
            foreach (var (email, password) in tries)
            {
                using var refused = await anonymous.PostAsJsonAsync("/auth/login", new { email, password });
                Refusals.Add(await refused.Content.ReadAsStringAsync());
                Assert.True((int)refused.StatusCode is 400 or 401);
            }

            await PostAsync("/users", $$"""{"email": "{{Email}}", "password": "{{WrongPassword}}", "role": "{{Password}}"}""", 400);
            await PostAsync("/auth/password", $$"""{"current": "{{WrongPassword}}", "new": "{{Password}}"}""", null);
        }

        private async Task<string> TrainAsync(int seed)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/model/retrain")
            {
                Content = JsonContent.Create(new { use_database = true, dataset_name = "marked.csv", epochs = 1, hidden_size = 8, seed }),
            };
            request.Headers.Add("Prefer", "wait=120");
            using var response = await _marked.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return (await response.JsonAsync()).GetProperty("version").GetString()!;
        }

        /// <summary>The prediction is written beside its answer, so a label may come too early.</summary>
        private Task LabelAsync(string address) => Api.UntilAsync(
            async () =>
            {
                using var response = await _marked.PostTextAsync(address, """{"CLASS": "Y", "source": "lab"}""");
                return response.StatusCode == HttpStatusCode.OK;
            },
            "the prediction's label");

        private async Task UploadAsync(string address, string name, string csv, int status)
        {
            using var response = await _marked.UploadAsync(name, Encoding.UTF8.GetBytes(csv), address: address);
            await ExpectAsync(response, status);
        }

        private async Task<JsonElement> PostAsync(string address, string json, int? status)
        {
            using var response = await _marked.PostTextAsync(address, json);
            return await ExpectAsync(response, status);
        }

        private async Task<JsonElement> ExpectAsync(HttpResponseMessage response, int? status)
        {
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(status is null || status == (int)response.StatusCode, $"{response.RequestMessage!.RequestUri}: {(int)response.StatusCode} {text}");
            if (!response.IsSuccessStatusCode)
            {
                Refusals.Add(text);
            }

            return response.StatusCode == HttpStatusCode.NoContent ? default : JsonDocument.Parse(text).RootElement.Clone();
        }
    }
}
