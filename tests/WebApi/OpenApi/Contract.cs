using System.Text.Json;
using System.Text.Json.Nodes;
using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests.OpenApi;

/// <summary>
/// docs/openapi.json as a judge of answers: their status, the codes of their problems, and the types and names of their members.
/// </summary>
internal static class Contract
{
    /// <summary>What the server answers to any address, before it knows which operation was meant.</summary>
    private static readonly string[] BeforeRouting =
    [
        "404 not_found", "404 not_served_here", "405 method_not_allowed", "406 not_acceptable", "414 address_too_long",
        "431 headers_too_large", "400 bad_request", "503 starting", "503 too_many_connections",
    ];

    private static readonly Lazy<JsonObject> Stored = new(() => JsonNode.Parse(File.ReadAllText(FilePath!))!.AsObject());

    private static readonly Lazy<ContractOperation[]> All = new(() =>
    [
        .. from path in Document["paths"]!.AsObject()
           from operation in path.Value!.AsObject()
           select new ContractOperation(operation.Key.ToUpperInvariant(), path.Key, operation.Value!.AsObject()),
    ]);

    public static string FilePath { get; } = Path.Combine(Repository.Root, "docs", "openapi.json");

    public static JsonObject Document => Stored.Value;

    public static IReadOnlyList<ContractOperation> Operations => All.Value;

    /// <summary>The operation with the most segments in common; null for an address that isn't in the document.</summary>
    public static ContractOperation? Find(HttpMethod method, string path)
    {
        var segments = path.Split('/');
        return Operations.Where(operation => operation.Method == method.Method && operation.Matches(segments))
            .OrderBy(operation => operation.Path.Count(c => c == '{')).FirstOrDefault();
    }

    /// <summary>Throws when the document doesn't allow the answer.</summary>
    public static async Task CheckAsync(ContractOperation operation, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        var type = response.Content.Headers.ContentType?.MediaType;
        var declared = Resolve(operation.Json["responses"]![$"{status}"]);
        if (type == "application/problem+json")
        {
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;
            var code = (string)body["code"]!;
            var codes = declared?["content"]?[type]?["schema"]?["allOf"]?[1]?["properties"]?["code"]?["enum"]?.AsArray()
                .Select(each => (string)each!) ?? [];
            Require(codes.Contains(code) || BeforeRouting.Contains($"{status} {code}"), operation, $"answers {status} {code}");
            Require(Mismatches(body, Document["components"]!["schemas"]!["Problem"]!), operation, $"the problem {body}");
        }
        else
        {
            Require(declared is not null, operation, $"answers {status}");
            if (type == "application/json")
            {
                var schema = declared!["content"]?[type]?["schema"];
                Require(schema is not null, operation, $"answers {status} with a body");
                await response.Content.LoadIntoBufferAsync(cancellationToken);
                var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
                Require(Mismatches(body, schema!), operation, $"{status}");
            }
        }
    }

    /// <summary>Where a value isn't what its schema says, by the members' names.</summary>
    public static IReadOnlyList<string> Mismatches(JsonNode? value, JsonNode schema)
    {
        List<string> found = [];
        Compare(value, schema, "", found);
        return found;
    }

    private static void Require(IReadOnlyList<string> mismatches, ContractOperation operation, string what) =>
        Require(mismatches.Count == 0, operation, $"{what}: {string.Join("; ", mismatches.Take(10))}");

    private static void Require(bool fulfilled, ContractOperation operation, string what)
    {
        if (!fulfilled)
        {
            throw new InvalidOperationException($"docs/openapi.json doesn't know that {operation.Name} {what}.");
        }
    }

    private static JsonObject? Resolve(JsonNode? node)
    {
        while (node?["$ref"] is { } reference)
        {
            node = reference.ToString().Split('/').Skip(1).Aggregate((JsonNode)Document, (parent, name) => parent[name]!);
        }

        return node as JsonObject;
    }

    private static void Compare(JsonNode? value, JsonNode described, string at, List<string> found)
    {
        var schema = Resolve(described)!;
        if (schema["allOf"] is JsonArray all)
        {
            foreach (var each in all)
            {
                Compare(value, each!, at, found);
            }
        }

        if ((schema["oneOf"] ?? schema["anyOf"]) is JsonArray alternatives
            && !alternatives.Any(each => Mismatches(value, each!).Count == 0))
        {
            found.Add($"{at} fits none of the alternatives ({value?.ToJsonString() ?? "null"})");
        }

        if (schema["type"] is { } type && !(type as JsonArray ?? [type.DeepClone()]).Any(each => HasType(value, (string)each!)))
        {
            found.Add($"{at} isn't {type.ToJsonString()} ({value?.ToJsonString() ?? "null"})");
        }

        if (schema["enum"] is JsonArray values && !values.Any(each => JsonNode.DeepEquals(each, value)))
        {
            found.Add($"{at} isn't one of {values.ToJsonString()} ({value?.ToJsonString() ?? "null"})");
        }

        if (value is JsonObject members)
        {
            CompareMembers(members, schema, at, found);
        }
        else if (value is JsonArray elements && schema["items"] is { } items)
        {
            foreach (var element in elements)
            {
                Compare(element, items, $"{at}[]", found);
            }
        }
    }

    private static void CompareMembers(JsonObject members, JsonObject schema, string at, List<string> found)
    {
        var properties = schema["properties"] as JsonObject;
        found.AddRange((schema["required"] as JsonArray ?? []).Select(name => (string)name!)
            .Where(name => !members.ContainsKey(name)).Select(name => $"{at}.{name} is missing"));
        foreach (var (name, value) in members)
        {
            if (properties?[name] is { } property)
            {
                Compare(value, property, $"{at}.{name}", found);
            }
            else if (schema["additionalProperties"] is JsonObject additional)
            {
                Compare(value, additional, $"{at}.{name}", found);
            }
            else if (properties is not null && schema["allOf"] is null && schema["code"] is null)
            {
                // Clients must bear new members, but none is undocumented.
                found.Add($"{at}.{name} isn't described");
            }
        }
    }

    private static bool HasType(JsonNode? value, string type) => (value?.GetValueKind() ?? JsonValueKind.Null) switch
    {
        JsonValueKind.Null => type == "null",
        JsonValueKind.String => type == "string",
        JsonValueKind.True or JsonValueKind.False => type == "boolean",
        JsonValueKind.Number => type == "number" || (type == "integer" && value!.ToJsonString().All(c => char.IsAsciiDigit(c) || c == '-')),
        JsonValueKind.Array => type == "array",
        _ => type == "object",
    };
}

/// <summary>An operation of the document.</summary>
internal sealed record ContractOperation(string Method, string Path, JsonObject Json)
{
    private readonly string[] _segments = Path.Split('/');

    public string Name => $"{Method} {Path}";

    public string Id => (string)Json["operationId"]!;

    public bool Matches(string[] segments) => segments.Length == _segments.Length
        && segments.Zip(_segments).All(pair => pair.Second.StartsWith('{') ? pair.First.Length > 0 : pair.First == pair.Second);
}

/// <summary>Holds every answer that a client gets against <see cref="Contract"/>.</summary>
/// <param name="seen">Takes each answer of an operation in the document; null to only check.</param>
internal sealed class ContractHandler(
    Func<ContractOperation, HttpRequestMessage, HttpResponseMessage, Task>? seen = null) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (Contract.Find(request.Method, request.RequestUri!.AbsolutePath) is { } operation)
        {
            await Contract.CheckAsync(operation, response, cancellationToken);
            if (seen is not null)
            {
                await seen(operation, request, response);
            }
        }

        return response;
    }
}
