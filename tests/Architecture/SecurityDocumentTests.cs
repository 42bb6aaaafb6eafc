using System.Text.RegularExpressions;

namespace ModelOps.Architecture.Tests;

/// <summary>The tests that docs/security.md names exist, so that a renamed or deleted one is noticed.</summary>
public sealed partial class SecurityDocumentTests
{
    [Fact]
    public void Tests_ThatTheDocumentNames_Exist()
    {
        var root = SourceTests.RepositoryRoot();
        var existing = Directory.EnumerateFiles(Path.Combine(root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .SelectMany(file => Method().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value)
            .ToHashSet(StringComparer.Ordinal);

        var rows = Rows(root);
        Assert.True(rows.Length > 40, $"The document has {rows.Length} rows.");
        Assert.Empty(rows.Where(row => !Named().IsMatch(row.Tests)).Select(row => row.What));
        Assert.Empty(rows.SelectMany(row => Named().Matches(row.Tests)).Select(match => match.Groups[1].Value).Except(existing));
    }

    /// <summary>The rows of the tables that name tests.</summary>
    private static (string What, string Tests)[] Rows(string root)
    {
        List<(string What, string Tests)> rows = [];
        var inTable = false;
        foreach (var line in File.ReadLines(Path.Combine(root, "docs", "security.md")))
        {
            inTable = line == "| row | test |" || (inTable && line.StartsWith('|'));
            if (inTable && line.Split('|') is ["", var what, var tests, ""] && what.Trim() is not ("row" or "---"))
            {
                rows.Add((what.Trim(), tests));
            }
        }

        return [.. rows];
    }

    [GeneratedRegex(@"public (?:static )?(?:async )?(?:Task(?:<[^>]+>)?|void) ([A-Z]\w+)\(")]
    private static partial Regex Method();

    [GeneratedRegex("`([A-Z][A-Za-z0-9]+_[A-Za-z0-9_]+)`")]
    private static partial Regex Named();
}
