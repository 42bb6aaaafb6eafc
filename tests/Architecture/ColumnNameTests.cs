using System.Text.RegularExpressions;
using ModelOps.Domain.Features;

namespace ModelOps.Architecture.Tests;

/// <summary>The columns are one table: a name that stands twice is one that the next schema forgets to change.</summary>
public sealed class ColumnNameTests
{
    [Fact]
    public void ColumnNames_InTheSources_StandOnceEach()
    {
        var names = FeatureSchema.Current.Columns.Select(column => column.Name).ToArray();

        // A name alone or as a part of a longer literal. Sentences for people are interpolated strings.
        var one = string.Join('|', names.Select(Regex.Escape));
        var literal = new Regex(
            $"(?<!\\$)\"([^\"\\s]*[^\"\\w])?(?<name>{one})([^\"\\w][^\"\\s]*)?\"", RegexOptions.CultureInvariant);
        var found = Sources()
            .SelectMany(file => File.ReadLines(file)
                .Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal))
                .SelectMany(line => literal.Matches(line))
                .Select(match => (Name: match.Groups["name"].Value, File: Path.GetFileName(file))))
            .ToArray();

        Assert.Equal(5, names.Length);
        Assert.Equal(
            names.Select(name => (Name: name, File: "ColumnNames.cs")).Order(),
            found.Order());
    }

    /// <summary>Without the database's mapping, whose columns have names of their own.</summary>
    private static IEnumerable<string> Sources()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "ModelOps.sln")))
        {
            root = root.Parent;
        }

        var skipped = new[] { "obj", "bin", "Persistence" };
        return Directory.EnumerateFiles(Path.Combine(root.FullName, "src"), "*", SearchOption.AllDirectories)
            .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".razor", StringComparison.Ordinal))
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Intersect(skipped).Any());
    }
}
