using System.Text.Json.Nodes;

namespace ModelOps.Build;

/// <summary>
/// The document as a typed client needs it. A client reads any refusal as a Problem and looks at its code, so the lists of codes for each
/// operation, which are for people, are left out; each operation has one kind of success.
/// </summary>
internal static class SimplifiedDocument
{
    public static JsonObject Of(JsonNode document)
    {
        var simple = document.DeepClone().AsObject();
        var schemas = simple["components"]!["schemas"]!.AsObject();
        var paths = simple["paths"]!.AsObject();

        // Clients follow a job with a method of their own.
        paths.Remove("/model/jobs/{jobId}/events");
        foreach (var operation in paths.SelectMany(path => path.Value!.AsObject()).Where(entry => entry.Key != "parameters")
            .Select(entry => entry.Value!.AsObject()))
        {
            KeepOneSuccess(operation);
            KeepUsefulParameters(operation);
            operation["description"] = operation["description"]!.GetValue<string>().Replace("\n\n", " ", StringComparison.Ordinal);
        }

        NameEnumerations(simple, schemas);

        // One record is an array of one.
        schemas.Remove("OneOrManyOfRecordInput");
        paths["/records"]!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"] = new JsonObject
        {
            ["type"] = "array",
            ["items"] = Reference("RecordInput"),
        };

        // Its only use was the success that was left out: clients don't ask to be kept waiting.
        schemas.Remove("RetrainFinished");
        return simple;
    }

    private static void KeepOneSuccess(JsonObject operation)
    {
        var responses = operation["responses"]!.AsObject();
        var kept = responses.ContainsKey("202") ? "202" : responses.First(response => response.Key.StartsWith('2')).Key;
        operation["responses"] = new JsonObject
        {
            [kept] = responses[kept]!.DeepClone(),
            ["default"] = new JsonObject
            {
                ["description"] = "A refusal.",
                ["content"] = new JsonObject { ["application/problem+json"] = new JsonObject { ["schema"] = Reference("Problem") } },
            },
        };
    }

    private static void KeepUsefulParameters(JsonObject operation)
    {
        var hasParts = operation["requestBody"]?["content"]?["multipart/form-data"] is not null;
        foreach (var parameter in operation["parameters"]?.AsArray().ToArray() ?? [])
        {
            var name = parameter!["name"]!.GetValue<string>();

            // A client that waits follows the job; nothing is cached; an upload's confirmation goes into its form.
            if (name is "Prefer" or "If-None-Match" || (name == "confirm" && hasParts))
            {
                operation["parameters"]!.AsArray().Remove(parameter);
            }
        }

        // Otherwise, the generator takes parts that the document doesn't require for required ones.
        foreach (var part in operation["requestBody"]?["content"]?["multipart/form-data"]?["schema"]?["properties"]?.AsObject()
            .Where(part => part.Key != "file") ?? [])
        {
            part.Value!["type"] = new JsonArray("null", "string");
        }
    }

    /// <summary>Enumerations that stand inside of others get a name of their own.</summary>
    private static void NameEnumerations(JsonObject document, JsonObject schemas)
    {
        schemas["Role"] = Enumeration(schemas["CreateUser"]!["properties"]!["role"]!);
        schemas["CreateUser"]!["properties"]!["role"] = Reference("Role");
        schemas["CreateAccessToken"]!["properties"]!["role"] = Optional("Role");
        var sort = document["paths"]!["/model/versions"]!["get"]!["parameters"]!.AsArray()
            .Single(parameter => parameter!["name"]!.GetValue<string>() == "sort")!;
        schemas["VersionOrder"] = Enumeration(sort["schema"]!);
        sort["schema"] = Reference("VersionOrder");
        var live = document["paths"]!["/health/live"]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!;
        live["schema"]!["properties"]!["status"] = new JsonObject { ["type"] = "string" };
        schemas["Liveness"] = live["schema"]!.DeepClone();
        live["schema"] = Reference("Liveness");
    }

    private static JsonObject Enumeration(JsonNode schema) => new()
    {
        ["type"] = "string",
        ["enum"] = new JsonArray([.. schema["enum"]!.AsArray().Where(value => value is not null).Select(value => value!.DeepClone())]),
    };

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };

    private static JsonObject Optional(string name) =>
        new() { ["oneOf"] = new JsonArray(new JsonObject { ["type"] = "null" }, Reference(name)) };
}
