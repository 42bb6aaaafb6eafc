using System.Text.Json.Nodes;

namespace ModelOps.Build;

/// <summary>The document's types as TypeScript's interfaces, whose members are called as in JSON.</summary>
internal static class TypeScriptTypes
{
    public static string Generate(JsonObject document)
    {
        List<string> lines = ["// Generated from docs/openapi.json by build/clients.sh. Don't change it by hand."];
        foreach (var (name, schema) in document["components"]!["schemas"]!.AsObject().OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            lines.Add("");
            Describe(lines, schema!, "");
            if (schema!["properties"] is not JsonObject properties)
            {
                lines.Add($"export type {name} = {TypeOf(schema)};");
                continue;
            }

            var required = (schema["required"]?.AsArray() ?? []).Select(member => member!.GetValue<string>()).ToHashSet();
            lines.Add($"export interface {name} {{");
            foreach (var (member, type) in properties)
            {
                Describe(lines, type!, "  ");
                lines.Add($"  {member}{(required.Contains(member) ? "" : "?")}: {TypeOf(type!)};");
            }

            lines.Add("}");
        }

        return string.Join('\n', lines) + "\n";
    }

    private static void Describe(List<string> lines, JsonNode schema, string indent)
    {
        if (schema["description"]?.GetValue<string>() is { } description)
        {
            lines.Add($"{indent}/** {description.ReplaceLineEndings(" ")} */");
        }
    }

    private static string TypeOf(JsonNode schema)
    {
        if (schema["$ref"]?.GetValue<string>() is { } reference)
        {
            return reference[(reference.LastIndexOf('/') + 1)..];
        }

        if ((schema["oneOf"] ?? schema["anyOf"])?.AsArray() is { } choices)
        {
            // Null last, as people write it.
            return string.Join(" | ", choices.Select(choice => TypeOf(choice!)).OrderBy(type => type == "null"));
        }

        if (schema["enum"]?.AsArray() is { } values)
        {
            return string.Join(" | ", values.Select(value => value is null ? "null" : $"'{value.GetValue<string>()}'"));
        }

        var types = schema["type"] switch
        {
            JsonArray several => several.Select(type => type!.GetValue<string>()).ToArray(),
            JsonValue one => [one.GetValue<string>()],
            _ => [],
        };
        return types.Length == 0 ? "unknown" : string.Join(" | ", types.OrderBy(type => type == "null").Select(type => type switch
        {
            "integer" or "number" => "number",
            "string" => schema["format"]?.GetValue<string>() == "binary" ? "Blob" : "string",
            "boolean" => "boolean",
            "null" => "null",
            "array" => schema["items"] is { } items ? $"{Grouped(TypeOf(items))}[]" : "unknown[]",
            _ => $"Record<string, {(schema["additionalProperties"] is JsonObject value ? TypeOf(value) : "unknown")}>",
        }).Distinct());
    }

    private static string Grouped(string type) => type.Contains(' ', StringComparison.Ordinal) ? $"({type})" : type;
}
