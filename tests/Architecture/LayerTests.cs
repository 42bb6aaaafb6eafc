using System.Reflection;
using System.Text.RegularExpressions;
using NetArchTest.Rules;

namespace ModelOps.Architecture.Tests;

/// <summary>Domain ← Application ← Infrastructure ← WebApi, and each library in the one room that may know it.</summary>
public sealed class LayerTests
{
    private static readonly Assembly Domain = Assembly.Load("ModelOps.Domain");
    private static readonly Assembly Application = Assembly.Load("ModelOps.Application");
    private static readonly Assembly Infrastructure = Assembly.Load("ModelOps.Infrastructure");
    private static readonly Assembly WebApi = Assembly.Load("ModelOps.WebApi");

    [Fact]
    public void Domain_References_OnlyTheBaseClassLibrary() =>
        Assert.All(Domain.GetReferencedAssemblies(), reference => Assert.StartsWith("System.", reference.Name, StringComparison.Ordinal));

    [Fact]
    public void Application_References_NoOuterLayerAndNoDriver()
    {
        var references = NamesOf(Application);

        Assert.Contains("ModelOps.Domain", references);
        Assert.DoesNotContain(references, name => name is "ModelOps.Infrastructure" or "ModelOps.WebApi" or "CsvHelper" or "TorchSharp");
        Assert.DoesNotContain(references, name =>
            Starts(name, "Microsoft.AspNetCore", "Hangfire", "Npgsql", "Microsoft.Data.Sqlite", "Microsoft.EntityFrameworkCore.Sqlite"));
    }

    [Fact]
    public void Infrastructure_References_NotTheWebApi() => Assert.DoesNotContain("ModelOps.WebApi", NamesOf(Infrastructure));

    [Fact]
    public void WebApi_References_NoLibraryOfInfrastructure() => Assert.DoesNotContain(
        NamesOf(WebApi),
        name => Starts(name, "Npgsql", "Microsoft.Data.Sqlite", "Microsoft.EntityFrameworkCore", "Hangfire", "TorchSharp", "CsvHelper"));

    [Fact]
    public void DomainFolders_DependOnEachOther_WithoutCircles()
    {
        const string Root = "ModelOps.Domain.";
        string[] folders =
        [
            .. Domain.GetTypes().Select(type => type.Namespace ?? "").Where(name => name.StartsWith(Root, StringComparison.Ordinal))
                .Distinct(),
        ];
        var uses = folders.ToDictionary(folder => folder, folder => folders
            .Where(other => other != folder && Types.InAssembly(Domain).That()

                // The whole name: Datasets isn't a part of Data.
                .ResideInNamespaceMatching($"^{Regex.Escape(folder)}$")
                .And().HaveDependencyOn(other).GetTypes().Any())
            .ToHashSet());

        // Folders that depend on no remaining folder are removed, until none is left or only circles are.
        while (uses.Where(entry => !entry.Value.Overlaps(uses.Keys)).Select(entry => entry.Key).ToArray() is { Length: > 0 } free)
        {
            Array.ForEach(free, folder => uses.Remove(folder));
        }

        Assert.NotEmpty(folders);
        Assert.Empty(uses.Select(entry => $"{entry.Key} -> {string.Join(", ", entry.Value.Where(uses.ContainsKey))}"));
    }

    [Fact]
    public void WebApi_OnlyItsEntryPoint_KnowsInfrastructure() =>
        Holds(Types.InAssembly(WebApi).That().DoNotHaveNameMatching("^Program|^<").ShouldNot().HaveDependencyOn("ModelOps.Infrastructure")
            .GetResult());

    [Theory]
    [InlineData("Hangfire", "ModelOps.Infrastructure.Jobs")]
    [InlineData("Npgsql", "ModelOps.Infrastructure.Persistence|ModelOps.Infrastructure.Jobs|ModelOps.Infrastructure.Failures")]
    [InlineData("Microsoft.Data.Sqlite", "ModelOps.Infrastructure.Persistence|ModelOps.Infrastructure.Failures")]
    [InlineData("Microsoft.EntityFrameworkCore", "ModelOps.Infrastructure.Persistence|ModelOps.Infrastructure.Identity")]
    [InlineData("CsvHelper", "ModelOps.Infrastructure.Csv")]
    [InlineData("TorchSharp", "ModelOps.Infrastructure.Networks|ModelOps.Infrastructure.Trainer")]
    public void Library_IsKnownOnlyIn_ItsRoom(string library, string rooms)
    {
        var users = Types.InAssembly(Infrastructure).That().HaveDependencyOn(library).GetTypes().ToArray();

        Assert.NotEmpty(users);
        Assert.All(users, type => Assert.Contains(rooms.Split("|"), room => type.FullName!.StartsWith(room, StringComparison.Ordinal)));
        if (library != "Microsoft.EntityFrameworkCore")
        {
            Assert.DoesNotContain(NamesOf(Application), name => Starts(name, library));
        }
    }

    [Fact]
    public void InfrastructureTypes_AreInternal_ExceptItsFewDoors()
    {
        var doors = Infrastructure.GetExportedTypes().Where(type => type.Namespace!.Split('.') is not [.., "Migrations" or "Compiled", _])
            .Select(type => type.Name);

        Assert.Equal(
            [
                "DependencyInjection", "InfrastructureSettings", "LocalAccess", "SampleCsv", "ServiceRole", "SettingReader",
                "StartupException", "TrainerHost",
            ],
            doors.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Controllers_DependOnNothingButMediatR() =>
        Assert.All(
            Types.InAssembly(WebApi).That().ResideInNamespace("ModelOps.WebApi.Controllers").And().HaveNameEndingWith("Controller")
                .GetTypes(),
            type => Assert.DoesNotContain(
                type.GetConstructors().SelectMany(c => c.GetParameters()),
                parameter => Starts(parameter.ParameterType.FullName!, "ModelOps.Infrastructure", "Microsoft.EntityFrameworkCore")));

    private static string[] NamesOf(Assembly assembly) => [.. assembly.GetReferencedAssemblies().Select(reference => reference.Name!)];

    private static bool Starts(string name, params string[] prefixes) =>
        prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    private static void Holds(NetArchTest.Rules.TestResult result) =>
        Assert.True(result.IsSuccessful, string.Join(", ", (result.FailingTypes ?? []).Select(type => type.FullName)));
}
