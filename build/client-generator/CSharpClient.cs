using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NJsonSchema;
using NJsonSchema.CodeGeneration;
using NJsonSchema.CodeGeneration.CSharp;
using NSwag;
using NSwag.CodeGeneration;
using NSwag.CodeGeneration.CSharp;
using NSwag.CodeGeneration.OperationNameGenerators;

namespace ModelOps.Build;

/// <summary>The C# client, by NSwag with templates of ours: a method is one call of the part that is written by hand.</summary>
internal static partial class CSharpClient
{
    private const int MaxLineLength = 140;

    public static async Task<string> GenerateAsync(JsonObject document)
    {
        var parsed = await OpenApiDocument.FromJsonAsync(document.ToJsonString());
        var settings = new CSharpClientGeneratorSettings
        {
            ClassName = "ModelOpsClient",
            OperationNameGenerator = new SingleClientFromOperationIdOperationNameGenerator(),
            ParameterNameGenerator = new CamelCase(),
            GenerateOptionalParameters = true,
        };
        var types = settings.CSharpGeneratorSettings;
        types.Namespace = "ModelOps.Client";
        types.JsonLibrary = CSharpJsonLibrary.SystemTextJson;
        types.JsonLibraryVersion = 10;
        types.ClassStyle = CSharpClassStyle.Poco;
        types.GenerateNullableReferenceTypes = true;
        types.GenerateOptionalPropertiesAsNullable = true;
        types.DateTimeType = "DateTimeOffset";
        types.ArrayType = types.ArrayInstanceType = "IReadOnlyList";
        types.DictionaryType = types.DictionaryInstanceType = "IReadOnlyDictionary";
        types.PropertyNameGenerator = new PascalCase();
        types.EnumNameGenerator = new PascalCaseMembers();
        types.TemplateFactory = settings.CodeGeneratorSettings.TemplateFactory = new Templates(types);
        settings.ResponseArrayType = settings.ParameterArrayType = "IReadOnlyList";
        settings.ResponseDictionaryType = settings.ParameterDictionaryType = "IReadOnlyDictionary";
        var text = new CSharpClientGenerator(parsed, settings).GenerateFile();
        return Tidy(text);
    }

    /// <summary>
    /// Lays the text out: templates can't say where a line is empty or too long. A pilcrow stands for an empty line. A line that begins
    /// without blanks inside of a list of parameters belongs to the line before.
    /// </summary>
    private static string Tidy(string text)
    {
        text = text.ReplaceLineEndings("\n")
            .Replace("System.Threading.CancellationToken", "CancellationToken", StringComparison.Ordinal)
            .Replace("System.Guid", "Guid", StringComparison.Ordinal);
        text = BlankLines().Replace(text, "\n");
        text = BrokenParameters().Replace(text, match => match.Value[0] == ',' ? ", " : "(")
            .Replace("\n,\n", ",\n", StringComparison.Ordinal);
        text = EmptyLine().Replace(EmptyInterpolation().Replace(text, "$1"), "");
        return string.Join('\n', text.Trim().Split('\n').SelectMany(Wrapped)) + "\n";
    }

    private static IEnumerable<string> Wrapped(string line)
    {
        const string Comment = "/// ";
        var indent = line[..^line.TrimStart().Length];
        var isComment = line.StartsWith(indent + Comment, StringComparison.Ordinal);
        while (line.Length > MaxLineLength)
        {
            var end = line.LastIndexOf(isComment ? " " : ", ", MaxLineLength - 1, StringComparison.Ordinal) + (isComment ? 0 : 1);
            yield return line[..end];
            line = indent + (isComment ? Comment : "    ") + line[end..].TrimStart();
        }

        yield return line;
    }

    /// <summary>Words of snake_case, kebab-case and camelCase names.</summary>
    private static string Words(string name, bool isFirstSmall)
    {
        var words = name.Split(['_', '-', ' '], StringSplitOptions.RemoveEmptyEntries);
        var joined = string.Concat(words.Select(word => char.ToUpperInvariant(word[0]) + (word.All(char.IsUpper) && word.Length > 3
            ? word[1..].ToLowerInvariant() : word[1..])));
        return isFirstSmall ? char.ToLowerInvariant(joined[0]) + joined[1..] : joined;
    }

    [GeneratedRegex("\n(?:[ \t]*\n)+")]
    private static partial Regex BlankLines();

    [GeneratedRegex("[(,]\\s*\n(?=[A-Za-z])")]
    private static partial Regex BrokenParameters();

    [GeneratedRegex("[ ]*¶")]
    private static partial Regex EmptyLine();

    /// <summary>A path without parameters.</summary>
    [GeneratedRegex(@"\$(""[^""{]*"")")]
    private static partial Regex EmptyInterpolation();

    private sealed class PascalCase : IPropertyNameGenerator
    {
        // The clinical columns keep their names.
        public string Generate(JsonSchemaProperty property) =>
            property.Name is "HbA1c" or "AGE" or "BMI" or "CLASS" ? property.Name : Words(property.Name, isFirstSmall: false);
    }

    private sealed class PascalCaseMembers : IEnumNameGenerator
    {
        public string Generate(int index, string? name, object? value, JsonSchema schema) => Words(name!, isFirstSmall: false);
    }

    private sealed class CamelCase : IParameterNameGenerator
    {
        public string Generate(OpenApiParameter parameter, IEnumerable<OpenApiParameter> allParameters) =>
            Words(parameter.Name, isFirstSmall: true);
    }

    /// <summary>Templates of ours, of which the assembly has one, before those of the package.</summary>
    private sealed class Templates(CSharpGeneratorSettings types)
        : NSwag.CodeGeneration.DefaultTemplateFactory(types, [typeof(CSharpClientGenerator).Assembly, typeof(CSharpGenerator).Assembly])
    {
        protected override string GetEmbeddedLiquidTemplate(string language, string template)
        {
            using var stream = typeof(CSharpClient).Assembly.GetManifestResourceStream($"{template}.liquid");
            return stream is null ? base.GetEmbeddedLiquidTemplate(language, template) : new StreamReader(stream).ReadToEnd();
        }
    }
}
