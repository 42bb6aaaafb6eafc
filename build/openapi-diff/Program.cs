using System.Text.Json.Nodes;
using ModelOps.Build;

if (args is not [var before, var after])
{
    Console.Error.WriteLine("Usage: build/openapi-diff.sh OLD.json NEW.json");
    return 2;
}

var changes = OpenApiDiff.Compare(JsonNode.Parse(File.ReadAllText(before))!, JsonNode.Parse(File.ReadAllText(after))!);
foreach (var change in changes.OrderByDescending(change => change.Breaks))
{
    Console.WriteLine($"{(change.Breaks ? "BREAKS " : "        ")}{change.Where}: {change.What}");
}

Console.WriteLine(changes.Any(change => change.Breaks) ? "A client of the old document may break."
    : changes.Count > 0 ? "Clients of the old document go on working." : "Nothing that a client sees has changed.");
return changes.Any(change => change.Breaks) ? 1 : 0;
