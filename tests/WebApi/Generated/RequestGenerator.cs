using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelOps.WebApi.Tests.Generated;

/// <summary>An operation of the OpenAPI document.</summary>
/// <param name="Parameters">Name and place: <c>path</c>, <c>query</c> or <c>header</c>.</param>
/// <param name="Body">The body's schema; null when the document names none.</param>
internal sealed record Operation(string Method, string Path, IReadOnlyList<(string Name, string Place)> Parameters, JsonNode? Body)
{
    public string Name => $"{Method} {Path}";

    /// <summary>Uploads are streamed, so the document doesn't describe their body.</summary>
    public bool IsUpload => Path is "/model/upload-dataset" or "/records/import" or "/model/datasets/preview";
}

/// <summary>
/// Makes requests from an OpenAPI document: nearly valid ones, in which something is missing, wrong, extreme, unknown, twice or broken.
/// The same seed makes the same requests.
/// </summary>
internal sealed class RequestGenerator(JsonNode document, int seed)
{
    private static readonly string[] Names =
    [
        "1", "x", "none.csv", "v20251111_153045", "01980000-0000-7000-8000-000000000001", "..%2f", "..%5c", "%252e%252e", "%2e%2e%2fx.csv",
        "%EF%BC%8E%EF%BC%8E", "%27%3B%20drop%20table", "%00", "%0d%0a", "%20", "%F0%9F%92%89", "%ED%A0%80", "con", ".hidden.csv", "-1",
        "1e400", new('a', 10_000), "\u00e9",
    ];

    /// <summary>Values of JSON, as text, because some can't be made otherwise.</summary>
    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1", "1.5", "1e308", "-1e308", "1e400", "2147483648", "9223372036854775808", "1e-320", "\"\"",
        "\" \"",
        "\"NaN\"", "\"190\"", "\"\\u0000\"", "\"\\ud800\"", "\"'; drop table users; --\"", "\"../../etc/passwd\"", "\"\\u202e\"", "[]",
        "{}", "[null]", "[[[]]]", "{\"a\": {\"b\": []}}", "\"2025-13-45T99:99:99Z\"", "\"0001-01-01T00:00:00Z\"",
        "\"9999-12-31T23:59:59Z\"",
        $"\"{new string('x', 20_000)}\"", $"[{string.Join(',', Enumerable.Repeat("1", 2_000))}]",
        string.Concat(Enumerable.Repeat("[", 100)) + string.Concat(Enumerable.Repeat("]", 100)),
    ];

    private static readonly string[] Bodies =
    [
        "", "null", "[]", "{}", "\"text\"", "1", "{", "{\"a\":", "[1,", "\u0000", "{\"a\": 1} {}", "// comment", "{'a': 1}", "\ufeff{}",
        string.Concat(Enumerable.Repeat("{\"a\":", 200)), new string(' ', 100_000), new string('[', 50_000),
    ];

    /// <summary>Mostly the right one.</summary>
    private static readonly string[] ContentTypes =
        ["application/json", "application/json", "application/json", "text/plain", "application/xml", "multipart/form-data"];

    /// <summary>Values that validators accept, by the member's name. A generated request is wrong in one place, not in all.</summary>
    private static readonly Dictionary<string, string> Valid = new(StringComparer.Ordinal)
    {
        ["HbA1c"] = "6.1",
        ["AGE"] = "50",
        ["BMI"] = "27",
        ["Gender"] = "\"F\"",
        ["CLASS"] = "\"N\"",
        ["source"] = "\"lab\"",
        ["patient_ref"] = "\"generated reference\"",
        ["role"] = "\"USER\"",
        ["email"] = "\"generated@example.org\"",
        ["password"] = "\"a long generated phrase\"",
        ["current"] = "\"not the current one\"",
        ["new"] = "\"another generated phrase\"",
        ["expires_at"] = "\"2099-01-01T00:00:00Z\"",
        ["version"] = "\"v20251111_153045\"",
        ["architecture"] = "\"mlp-bn\"",
        ["dataset_name"] = "\"none.csv\"",
        ["filename"] = "\"none.csv\"",
        ["epochs"] = "1",
        ["batch_size"] = "64",
        ["learning_rate"] = "0.001",
        ["hidden_size"] = "4",
    };

    private readonly Random _random = new(seed);

    public IReadOnlyList<Operation> Operations { get; } =
    [
        .. from path in document["paths"]!.AsObject()
           from operation in path.Value!.AsObject()

           // Controllers that exist for a test only.
           where !path.Key.StartsWith("/probe", StringComparison.Ordinal)
           select new Operation(
               operation.Key.ToUpperInvariant(),
               path.Key,
               [.. (operation.Value!["parameters"]?.AsArray() ?? []).Select(p => ((string)p!["name"]!, (string)p["in"]!))],
               operation.Value["requestBody"]?["content"]?["application/json"]?["schema"]),
    ];

    /// <summary>A request, and what it is, for the test's message.</summary>
    public (Func<HttpRequestMessage> Make, string Description) Next(Operation operation)
    {
        var address = operation.Path;
        List<string> query = [];
        List<(string Name, string Value)> headers = [];
        foreach (var (name, place) in operation.Parameters)
        {
            var value = Pick(Names);
            if (place == "path")
            {
                address = address.Replace($"{{{name}}}", value, StringComparison.Ordinal);
            }
            else if (_random.Next(2) == 0)
            {
                if (place == "query")
                {
                    query.Add($"{name}={value}");
                }
                else
                {
                    headers.Add((name, value.Length > 1_000 ? value[..1_000] : value));
                }
            }
        }

        if (_random.Next(8) == 0)
        {
            query.Add($"unknown={Pick(Names)}");
        }

        address += query.Count == 0 ? "" : $"?{string.Join('&', query)}";
        var (body, type) = operation.IsUpload ? (Csv(), "multipart/form-data; boundary=edge")
            : operation.Body is null ? ("", "") : (Body(operation.Body), Pick(ContentTypes));
        var short_ = body.Length > 300 ? $"{body[..300]}… ({body.Length} characters)" : body;
        return (
            () => Request(operation.Method, address, headers, body, type),
            $"{operation.Method} {(address.Length > 300 ? address[..300] + "…" : address)} {type} {short_}");
    }

    private static HttpRequestMessage Request(
        string method, string address, List<(string Name, string Value)> headers, string body, string type)
    {
        var request = new HttpRequestMessage(
            new HttpMethod(method), new Uri(address, UriKind.Relative));
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (type.Length > 0)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        }

        return request;
    }

    private string Body(JsonNode schema)
    {
        if (_random.Next(5) == 0)
        {
            return Pick(Bodies);
        }

        var members = Members(schema);
        var text = members.ToDictionary(member => member.Key, member => Example(member.Key, member.Value));
        if (text.Count > 0)
        {
            var victim = Pick([.. text.Keys]);
            switch (_random.Next(4))
            {
                case 0:
                    text.Remove(victim);
                    break;
                case 1 or 2:
                    text[victim] = Pick(Values);
                    break;
                default:
                    text[_random.Next(2) == 0 ? "unknown" : victim.ToUpperInvariant() + "_"] = Pick(Values);
                    break;
            }
        }

        var json = string.Join(", ", text.Select(member => $"{JsonSerializer.Serialize(member.Key)}: {member.Value}"));
        if (_random.Next(12) == 0 && text.Count > 0)
        {
            var (key, value) = text.First();
            json += $", {JsonSerializer.Serialize(key)}: {value}";
        }

        return $"{{{json}}}";
    }

    private Dictionary<string, JsonNode?> Members(JsonNode schema)
    {
        var resolved = Resolve(schema);
        return resolved?["properties"]?.AsObject().ToDictionary(p => p.Key, p => p.Value)

            // One object or an array of them: the document describes it as anything.
            ?? new Dictionary<string, JsonNode?> { ["HbA1c"] = null, ["AGE"] = null, ["BMI"] = null, ["Gender"] = null, ["CLASS"] = null };
    }

    private string Example(string name, JsonNode? schema)
    {
        if (Valid.TryGetValue(name, out var valid))
        {
            return valid;
        }

        var resolved = Resolve(schema);
        if (resolved?["items"] is { } items)
        {
            return $"[{Example("", items)}]";
        }

        if (resolved?["properties"] is not null)
        {
            return $"{{{string.Join(", ", resolved["properties"]!.AsObject().Select(p => $"\"{p.Key}\": {Example(p.Key, p.Value)}"))}}}";
        }

        var type = resolved?["type"] is JsonArray several ? several[0]!.ToString() : resolved?["type"]?.ToString();
        return type switch
        {
            "integer" or "number" => _random.Next(1, 100).ToString(CultureInfo.InvariantCulture),
            "boolean" => "false",
            _ => "\"text\"",
        };
    }

    private JsonNode? Resolve(JsonNode? schema)
    {
        while (schema?["$ref"] is { } reference)
        {
            schema = document["components"]!["schemas"]![reference.ToString().Split('/')[^1]];
        }

        return schema;
    }

    private string Csv()
    {
        var header = Pick([Api.Header, "HbA1c;AGE;BMI;Gender;CLASS\n", "HbA1c,AGE\n", "", "\u0000", "HbA1c,HbA1c,AGE,BMI,Gender,CLASS\n"]);
        var rows = Pick(
        [
            "5.1,40,22,F,N\n", "1e999,40,22,F,N\n", "NaN,Infinity,22,F,N\n", "\"5,1\",40,22,F,N\n", "5.1,40\n", "5.1,40,22,F,N,7,8\n",
            "\"unclosed,40,22,F,N\n", "", new string('9', 70_000) + ",40,22,F,N\n", "48,40,22,F,N\r7,50,30,M,Y\r", "\ufffe\uffff",
        ]);
        var name = Pick(["generated.csv", "../../x.csv", "con", ".hidden.csv", "x.png", "\u00e9.csv", new string('n', 300) + ".csv", ""]);
        var part = Pick(["file", "file", "file", "other"]);
        var end = Pick(["\r\n--edge--\r\n", "\r\n--edge--\r\n", ""]);
        return $"--edge\r\nContent-Disposition: form-data; name=\"{part}\"; filename=\"{name}\"\r\n\r\n{header}{rows}{end}";
    }

    private string Pick(string[] of) => of[_random.Next(of.Length)];
}
