using System.Text.RegularExpressions;

namespace ModelOps.Architecture.Tests;

public sealed partial class SourceTests
{
    private const int MaxLineLength = 140;

    [Fact]
    public void Lines_OfCSharp_AreNoLongerThan140Characters()
    {
        var root = RepositoryRoot();
        var files = new[] { "src", "tests", "build", "clients" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj" or "Migrations" or "Compiled"))
            .ToArray();

        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(file => RawLiteral().Replace(File.ReadAllText(Path.Combine(root, file)), KeepLines).Split('\n')
            .Select((line, index) => (Place: $"{file}:{index + 1}", Sentence().Replace(line.TrimEnd('\r'), "").Length))
            .Where(line => line.Length > MaxLineLength)
            .Select(line => $"{line.Place} has {line.Length} characters")));
    }

    /// <summary>
    /// A plain value with an input handler is sent back to the browser after each edit. Over a slow connection it then replaces what was
    /// typed since. A binding isn't sent back: <c>@bind:get="text" @bind:set="TypeAsync" @bind:event="oninput"</c>. Source:
    /// https://github.com/dotnet/aspnetcore/issues/14242.
    /// </summary>
    [Fact]
    public void Fields_ThatAreReadWhileTyping_AreBound()
    {
        var dashboard = Path.Combine(RepositoryRoot(), "src", "WebApi", "Dashboard");
        var lines = Directory.EnumerateFiles(dashboard, "*.razor", SearchOption.AllDirectories)
            .SelectMany(file => File.ReadLines(file).Select((line, index) => $"{Path.GetFileName(file)}:{index + 1} {line.Trim()}"))
            .ToArray();

        Assert.Contains(lines, line => line.Contains("@bind:event=\"oninput\"", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("@oninput=", StringComparison.Ordinal));
    }

    /// <summary>A long literal, such as a sentence for people, is one key of the translations and isn't cut.</summary>
    [GeneratedRegex("""
        "(?:[^"\\]|\\.){40,}"
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Sentence();

    [GeneratedRegex("""(?<!Add\()["']/["'\w]""")]
    private static partial Regex FromTheRoot();

    /// <summary>A program or a document in another language follows that language's rules.</summary>
    [GeneratedRegex("\"{3,}.*?\"{3,}", RegexOptions.Singleline)]
    private static partial Regex RawLiteral();

    private static string KeepLines(Match literal) => new('\n', literal.Value.Count(c => c == '\n'));

    /// <summary>A proxy may show the service under a path, so the dashboard's addresses are relative to the page's base.</summary>
    [Fact]
    public void Addresses_OfTheDashboard_AreRelative()
    {
        var source = Path.Combine(RepositoryRoot(), "src", "WebApi");
        var files = Directory.GetFiles(Path.Combine(source, "Dashboard"), "*.razor", SearchOption.AllDirectories)
            .Append(Path.Combine(source, "wwwroot", "dashboard.js")).ToList();

        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(file => File.ReadLines(file)
            .Where(line => !line.StartsWith("@page", StringComparison.Ordinal) && FromTheRoot().IsMatch(line))
            .Select(line => $"{Path.GetFileName(file)}: {line.Trim()}")));
    }

    internal static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ModelOps.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests don't run inside the repository.");
        }

        return folder.FullName;
    }
}
