using System.Text.Json.Nodes;

namespace ModelOps.Build;

/// <param name="Where">The operation and the member.</param>
/// <param name="Breaks">Whether a client that was written for the old document may fail with the new one.</param>
internal sealed record Change(string Where, string What, bool Breaks);

/// <summary>
/// What changed between two OpenAPI documents for a client. What a client sends may become wider, and what it gets may become narrower and
/// have new members; everything else breaks one. Texts and examples don't count.
/// </summary>
internal sealed class OpenApiDiff
{
    private static readonly string[] LowerLimits = ["minimum", "exclusiveMinimum", "minLength", "minItems"];
    private static readonly string[] UpperLimits = ["maximum", "exclusiveMaximum", "maxLength", "maxItems"];

    private readonly JsonNode _before;
    private readonly JsonNode _after;
    private readonly List<Change> _changes = [];

    /// <summary>Pairs of schemas that are being compared, because schemas may contain themselves.</summary>
    private readonly HashSet<string> _open = [];

    private OpenApiDiff(JsonNode before, JsonNode after) => (_before, _after) = (before, after);

    public static IReadOnlyList<Change> Compare(JsonNode before, JsonNode after)
    {
        var diff = new OpenApiDiff(before, after);
        diff.Operations();
        return [.. diff._changes.Distinct()];
    }

    private static Dictionary<string, JsonObject> OperationsOf(JsonNode document) => document["paths"]!.AsObject()
        .SelectMany(path => path.Value!.AsObject().Select(
            operation => (Name: $"{operation.Key.ToUpperInvariant()} {path.Key}", Json: operation.Value!.AsObject())))
        .ToDictionary(operation => operation.Name, operation => operation.Json);

    private static JsonNode? Resolve(JsonNode document, JsonNode? node)
    {
        while (node?["$ref"] is { } reference)
        {
            node = reference.ToString().Split('/').Skip(1).Aggregate(document, (parent, name) => parent[name]!);
        }

        return node;
    }

    private static string[] Texts(JsonNode? node) => node switch
    {
        JsonArray array => [.. array.Select(each => each?.ToString() ?? "null")],
        null => [],
        _ => [node.ToString()],
    };

    private void Operations()
    {
        var (before, after) = (OperationsOf(_before), OperationsOf(_after));
        Each(before, after, (name, old, now) => Operation(name, old, now), "the operation", breaksWhenNew: _ => false);
    }

    /// <summary>Compares what both have by name, and reports what only one of them has.</summary>
    private void Each(
        Dictionary<string, JsonObject> before, Dictionary<string, JsonObject> after,
        Action<string, JsonObject, JsonObject> compare, string what, Func<JsonObject, bool> breaksWhenNew, string at = "")
    {
        foreach (var (name, old) in before)
        {
            if (after.TryGetValue(name, out var now))
            {
                compare(name, old, now);
            }
            else
            {
                Add($"{at}{name}", $"{what} is gone", breaks: true);
            }
        }

        foreach (var (name, now) in after.Where(each => !before.ContainsKey(each.Key)))
        {
            Add($"{at}{name}", $"{what} is new", breaksWhenNew(now));
        }
    }

    private void Operation(string name, JsonObject old, JsonObject now)
    {
        if (old["operationId"]?.ToString() != now["operationId"]?.ToString())
        {
            Add(
                name,
                $"operationId is {now["operationId"]} instead of {old["operationId"]}; generated clients rename its method",
                breaks: true);
        }

        Each(Parameters(_before, old), Parameters(_after, now),
            (parameter, a, b) =>
            {
                Required($"{name} {parameter}", (bool?)a["required"] == true, (bool?)b["required"] == true, isSent: true);
                Schema($"{name} {parameter}", a["schema"], b["schema"], isSent: true);
            },
            "the parameter", parameter => (bool?)parameter["required"] == true, $"{name} ");
        Body(name, old["requestBody"], now["requestBody"]);
        foreach (var (status, answer) in old["responses"]!.AsObject())
        {
            if (now["responses"]![status] is not { } other)
            {
                Add($"{name} {status}", "this status isn't answered any more", breaks: !IsError(status));
                continue;
            }

            Contents($"{name} {status}", Resolve(_before, answer)?["content"], Resolve(_after, other)?["content"], isSent: false);
        }

        foreach (var (status, _) in now["responses"]!.AsObject().Where(answer => old["responses"]![answer.Key] is null))
        {
            Add($"{name} {status}", "this status is new", breaks: !IsError(status));
        }
    }

    private static bool IsError(string status) => status is not ['1' or '2' or '3', ..];

    private static Dictionary<string, JsonObject> Parameters(JsonNode document, JsonObject operation) =>
        (operation["parameters"] as JsonArray ?? []).Select(parameter => Resolve(document, parameter)!.AsObject())
        .ToDictionary(parameter => $"{parameter["in"]} {parameter["name"]}");

    private void Body(string name, JsonNode? old, JsonNode? now)
    {
        if (old is null || now is null)
        {
            if ((old is null) != (now is null))
            {
                Add(
                    $"{name} body", now is null ? "the body is gone" : "the body is new",
                    breaks: now is null || (bool?)now["required"] == true);
            }

            return;
        }

        Required($"{name} body", (bool?)old["required"] == true, (bool?)now["required"] == true, isSent: true);
        Contents($"{name} body", old["content"], now["content"], isSent: true);
    }

    private void Contents(string at, JsonNode? old, JsonNode? now, bool isSent)
    {
        foreach (var (type, content) in old as JsonObject ?? [])
        {
            if (now?[type] is { } other)
            {
                Schema(at, content!["schema"], other["schema"], isSent);
            }
            else
            {
                Add(at, $"{type} is gone", breaks: true);
            }
        }
    }

    private void Required(string at, bool old, bool now, bool isSent)
    {
        if (old != now)
        {
            Add(at, now ? "is required now" : "isn't required any more", breaks: now == isSent);
        }
    }

    private void Schema(string at, JsonNode? oldReference, JsonNode? nowReference, bool isSent)
    {
        var key = $"{oldReference?["$ref"]} {nowReference?["$ref"]} {isSent}";
        if (key.Contains('#', StringComparison.Ordinal) && !_open.Add($"{at} {key}"[..Math.Min(2_000, at.Length + 1 + key.Length)]))
        {
            return;
        }

        var (old, now) = (Resolve(_before, oldReference), Resolve(_after, nowReference));
        if (old is null || now is null || at.Count(c => c == '.') > 12)
        {
            return;
        }

        Values(at, "type", old, now, isSent, isOpen: false);
        Values(at, "enum", old, now, isSent, isOpen: !isSent);
        Limits(at, old, now, isSent);
        if (old["format"]?.ToString() != now["format"]?.ToString())
        {
            Add(at, $"the format is {now["format"]?.ToString() ?? "none"} instead of {old["format"]?.ToString() ?? "none"}", breaks: true);
        }

        Members(at, old, now, isSent);
        Schema($"{at}[]", old["items"], now["items"], isSent);
        Schema($"{at}.*", old["additionalProperties"] as JsonObject, now["additionalProperties"] as JsonObject, isSent);
        foreach (var combination in new[] { "allOf", "oneOf", "anyOf" })
        {
            var (olds, nows) = (old[combination] as JsonArray ?? [], now[combination] as JsonArray ?? []);
            if (olds.Count != nows.Count)
            {
                Add(at, $"{combination} has {nows.Count} alternatives instead of {olds.Count}", breaks: !isSent || nows.Count < olds.Count);
            }

            foreach (var (a, b) in olds.Zip(nows))
            {
                Schema(at, a, b, isSent);
            }
        }
    }

    /// <param name="isOpen">Whether a client must bear values that it doesn't know, as with codes of problems.</param>
    private void Values(string at, string keyword, JsonNode old, JsonNode now, bool isSent, bool isOpen)
    {
        var (olds, nows) = (Texts(old[keyword]), Texts(now[keyword]));
        if (olds.Length == 0 || nows.Length == 0)
        {
            if (olds.Length != nows.Length)
            {
                Add(at, nows.Length == 0 ? $"{keyword} isn't limited any more" : $"{keyword} is {string.Join(", ", nows)} now",
                    breaks: (nows.Length == 0) != isSent);
            }

            return;
        }

        foreach (var gone in olds.Except(nows))
        {
            Add(at, $"{keyword} {gone} is gone", breaks: isSent);
        }

        foreach (var added in nows.Except(olds))
        {
            Add(at, $"{keyword} {added} is new", breaks: !isSent && !isOpen);
        }
    }

    private void Limits(string at, JsonNode old, JsonNode now, bool isSent)
    {
        foreach (var keyword in LowerLimits.Concat(UpperLimits).Append("pattern"))
        {
            var (a, b) = (old[keyword]?.ToString(), now[keyword]?.ToString());
            if (a != b)
            {
                var isNarrower = a is null || (b is not null && (keyword == "pattern"
                    || (decimal.Parse(b, Invariant) > decimal.Parse(a, Invariant)) == LowerLimits.Contains(keyword)));
                Add(at, $"{keyword} is {b ?? "none"} instead of {a ?? "none"}", breaks: isSent && isNarrower);
            }
        }
    }

    private static IFormatProvider Invariant => System.Globalization.CultureInfo.InvariantCulture;

    private void Members(string at, JsonNode old, JsonNode now, bool isSent)
    {
        var (olds, nows) = (old["properties"] as JsonObject ?? [], now["properties"] as JsonObject ?? []);
        var (needed, neededNow) = (Texts(old["required"]), Texts(now["required"]));
        foreach (var (member, schema) in olds)
        {
            if (nows[member] is not { } other)
            {
                Add($"{at}.{member}", "the member is gone", breaks: true);
                continue;
            }

            Required($"{at}.{member}", needed.Contains(member), neededNow.Contains(member), isSent);
            Schema($"{at}.{member}", schema, other, isSent);
        }

        foreach (var (member, _) in nows.Where(each => !olds.ContainsKey(each.Key)))
        {
            Add($"{at}.{member}", "the member is new", breaks: isSent && neededNow.Contains(member));
        }
    }

    private void Add(string where, string what, bool breaks) => _changes.Add(new Change(where, what, breaks));
}
