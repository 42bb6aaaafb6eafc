using System.Globalization;
using System.Reflection;
using ModelOps.Domain.Datasets;

namespace ModelOps.Domain.Tests;

public class RefusalExceptionTests
{
    [Fact]
    public void Constructor_WhenTheCultureIsGerman_FormatsTheSameMessage()
    {
        var before = Thread.CurrentThread.CurrentCulture;
        try
        {
            Thread.CurrentThread.CurrentCulture = new CultureInfo("de-DE");
            var refusal = new RefusalException(RefusalKind.Invalid, "code", $"Value {1.5}.");

            Assert.Equal("Value 1.5.", refusal.Message);
        }
        finally
        {
            Thread.CurrentThread.CurrentCulture = before;
        }
    }

    [Fact]
    public void Constructor_WhenGivenArguments_KeepsThemApartFromTheSentence()
    {
        var inner = new InvalidOperationException();
        var refusal = new RefusalException(RefusalKind.Conflict, "code", $"{"a"} and {2}.", inner);

        Assert.Equal((RefusalKind.Conflict, "code"), (refusal.Kind, refusal.Code));
        Assert.Equal("{0} and {1}.", refusal.Detail.Format);
        Assert.Equal(["a", 2], refusal.Detail.GetArguments());
        Assert.Same(inner, refusal.InnerException);
        Assert.Null(refusal.Errors);
    }

    [Fact]
    public void Refusals_WhenAllAreMade_HaveCodesOfTheirOwnInSnakeCase()
    {
        var refusals = typeof(RefusalException).Assembly.GetTypes().Where(type => type.Name.EndsWith("Refusals", StringComparison.Ordinal))
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static))
            .Select(method => (RefusalException)method.Invoke(null, [.. method.GetParameters().Select(Argument)])!)
            .ToArray();

        Assert.InRange(refusals.Length, 20, 60);

        // The contract has two codes for the hospital's own table, and one for too few records; the sentence says what to mend.
        Assert.Equal(
            ["not_enough_records", "source_invalid", "source_unavailable"],
            refusals.CountBy(r => r.Code).Where(c => c.Value > 1).Select(c => c.Key).Order(StringComparer.Ordinal));
        Assert.All(refusals, r => Assert.Matches("^[a-z]+(_[a-z]+)*$", r.Code));
        Assert.All(refusals, r => Assert.EndsWith(".", r.Message, StringComparison.Ordinal));
    }

    private static object? Argument(ParameterInfo parameter) => parameter.ParameterType switch
    {
        var type when type == typeof(string) => "name",
        var type when type == typeof(FormattableString) => (FormattableString)$"A problem.",
        var type when type == typeof(Sentence) => Sentence.Of($"A problem."),
        var type when type == typeof(IEnumerable<string>) => new[] { "HbA1c" },
        var type when type == typeof(ColumnNote) => new ColumnNote("code", "AGE", Sentence.Of($"A problem.")),
        var type when type.IsValueType => Activator.CreateInstance(type),
        _ => null,
    };
}
