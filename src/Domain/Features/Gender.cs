namespace ModelOps.Domain.Features;

/// <summary>Gender as the network reads it: <c>M</c> is 1.</summary>
public enum Gender
{
    F = 0,
    M = 1,
}

public static class Genders
{
    /// <summary>Reads <c>F</c> or <c>M</c>; letter case and surrounding blanks don't matter.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Gender value)
    {
        text = text.Trim();
        value = text is "M" or "m" ? Gender.M : Gender.F;
        return text is "M" or "m" or "F" or "f";
    }

    /// <summary>Reads a text that is known to be valid.</summary>
    /// <exception cref="FormatException"/>
    public static Gender Parse(string text) =>
        TryParse(text, out var value) ? value : throw new FormatException("A gender is M or F.");
}
