namespace ModelOps.Domain.Features;

/// <summary>The three diagnoses, in the order of the network's outputs.</summary>
public enum DiabetesClass
{
    Negative = 0,
    Prediabetes = 1,
    Diabetes = 2,
}

public static class DiabetesClasses
{
    public const int Count = 3;

    public static IReadOnlyList<DiabetesClass> All { get; } =
        [DiabetesClass.Negative, DiabetesClass.Prediabetes, DiabetesClass.Diabetes];

    /// <summary>Parses <c>N</c>, <c>P</c>, <c>Y</c> or the full name. Letter case and surrounding white space are ignored.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DiabetesClass value)
    {
        text = text.Trim();
        foreach (var candidate in All)
        {
            var name = candidate.ToString();
            if (text.Equals(name, StringComparison.OrdinalIgnoreCase)
                || text.Equals(ShortName(candidate), StringComparison.OrdinalIgnoreCase))
            {
                value = candidate;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <inheritdoc cref="TryParse"/>
    /// <exception cref="FormatException">The text isn't a class.</exception>
    public static DiabetesClass Parse(string text) =>
        TryParse(text, out var value) ? value : throw new FormatException("A class is N, P, Y or its full name.");

    private static string ShortName(DiabetesClass value) => value switch
    {
        DiabetesClass.Negative => "N",
        DiabetesClass.Prediabetes => "P",
        _ => "Y",
    };
}
