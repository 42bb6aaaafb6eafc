using System.Text.Json.Nodes;

namespace ModelOps.Build;

/// <summary>What is generated from the OpenAPI document: the C# client's operations and types, and the Angular client's types.</summary>
public static class ClientGenerator
{
    /// <returns>Texts by their paths in the repository. Equal documents give equal texts, with LF line ends.</returns>
    public static async Task<IReadOnlyList<(string Path, string Text)>> FilesAsync(string document)
    {
        var simplified = SimplifiedDocument.Of(JsonNode.Parse(document)!);
        return
        [
            ("clients/dotnet/Generated/ModelOpsClient.g.cs", await CSharpClient.GenerateAsync(simplified)),
            ("clients/angular/src/types.ts", TypeScriptTypes.Generate(simplified)),
        ];
    }
}
