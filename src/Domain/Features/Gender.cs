namespace ModelOps.Domain.Features;

/// <summary>The patient's gender. The numeric value is the network's input.</summary>
public enum Gender
{
    F = 0,
    M = 1,
}

public static class Genders
{
    /// <summary>Parses <c>F</c> or <c>M</c>. Letter case and surrounding white space are ignored.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Gender value)
    {
        text = text.Trim();
        value = text is "M" or "m" ? Gender.M : Gender.F;
        return text is "M" or "m" or "F" or "f";
    }

    /// <inheritdoc cref="TryParse"/>
    /// <exception cref="FormatException">The text isn't a gender.</exception>
    public static Gender Parse(string text) =>
        TryParse(text, out var value) ? value : throw new FormatException("A gender is M or F.");
}
