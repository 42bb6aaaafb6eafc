using System.Text;
using System.Text.Json;
using ModelOps.Domain.Features;

namespace ModelOps.Application;

/// <summary>
/// Converts C# names to wire names: snake_case, except for the clinical columns, which keep their names from the data files. Used by both
/// the JSON options and validation errors, so that the names are consistent.
/// </summary>
public static class WireNames
{
    private static readonly Dictionary<string, string> Clinical = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(PatientFeatures.HbA1c)] = ColumnNames.HbA1c,
        [nameof(PatientFeatures.Age)] = ColumnNames.Age,
        [nameof(PatientFeatures.Bmi)] = ColumnNames.Bmi,
        [nameof(PatientFeatures.Gender)] = ColumnNames.Gender,
        [nameof(LabelledExample.Class)] = ColumnNames.Class,
    };

    public static string Of(string name) =>
        Clinical.TryGetValue(name, out var clinical) ? clinical
        : IsHeader(name) ? name
        : JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    /// <summary>The same for a path such as <c>Rows[3].HbA1c</c>.</summary>
    public static string OfPath(string path)
    {
        var result = new StringBuilder(path.Length + 8);
        foreach (var segment in path.Split('.'))
        {
            if (result.Length > 0)
            {
                result.Append('.');
            }

            var index = segment.IndexOf('[', StringComparison.Ordinal);
            result.Append(Of(index < 0 ? segment : segment[..index]));
            if (index >= 0)
            {
                result.Append(segment, index, segment.Length - index);
            }
        }

        return result.ToString();
    }

    /// <summary>A header such as <c>Idempotency-Key</c> keeps its name. No C# member name contains a hyphen.</summary>
    private static bool IsHeader(string name) => name.Contains('-', StringComparison.Ordinal);
}
