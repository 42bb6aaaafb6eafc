using System.Text.Json;

namespace ModelOps.WebApi.Tests;

/// <summary>The members of an answer, written out: exactly these names, each of the type that the contract gives it.</summary>
internal static class Shape
{
    /// <param name="members"><c>name:type</c>, separated by blanks; type is string, number, bool, object, array or time, with <c>?</c>
    /// where null is allowed.</param>
    public static void Is(JsonElement actual, string members)
    {
        Assert.Equal(JsonValueKind.Object, actual.ValueKind);
        var expected = members.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Select(m => m.Split(':')).ToArray();
        Assert.Equal(
            expected.Select(m => m[0]).Order(StringComparer.Ordinal),
            actual.EnumerateObject().Select(m => m.Name).Order(StringComparer.Ordinal));
        foreach (var member in expected)
        {
            Assert.True(Fits(actual.GetProperty(member[0]), member[1]), $"{member[0]} isn't {member[1]}: {actual.GetProperty(member[0]).ValueKind}");
        }
    }

    public static void AllAre(JsonElement actual, string members)
    {
        Assert.NotEmpty(actual.EnumerateArray());
        Assert.All(actual.EnumerateArray(), item => Is(item, members));
    }

    private static bool Fits(JsonElement value, string type) => type switch
    {
        [.. var sure, '?'] => value.ValueKind == JsonValueKind.Null || Fits(value, sure),
        "string" => value.ValueKind == JsonValueKind.String,
        "time" => value.ValueKind == JsonValueKind.String && value.GetString()!.EndsWith('Z') && value.TryGetDateTime(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "bool" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        _ => throw new ArgumentException($"{type} is no type of a member.", nameof(type)),
    };
}
