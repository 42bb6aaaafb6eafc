using System.Globalization;

namespace ModelOps.Domain.Features;

/// <summary>How a column's value is written and read.</summary>
public enum ColumnKind
{
    /// <summary>A real number within limits.</summary>
    Number,

    /// <summary>One of a few codes, such as F or M; the network reads its number.</summary>
    Coded,

    /// <summary>The diagnosis, which a training learns and a prediction answers.</summary>
    Class,
}

/// <summary>One end of a number's range.</summary>
/// <param name="IsExclusive">Whether the value itself lies outside.</param>
public readonly record struct Limit(double Value, bool IsExclusive = false)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One column of a <see cref="FeatureSchema"/>. No sentence repeats the value that it refuses: it may be a patient's.</summary>
public sealed class Column
{
    /// <summary>The sentence for a number that is missing in a data file.</summary>
    public static readonly Sentence Missing = Sentence.Of($"is missing");

    /// <summary>The sentence for a text that isn't a finite number.</summary>
    public static readonly Sentence NotANumber = Sentence.Of($"is not a number");

    private readonly Func<double, Sentence?>? _hintOf;

    private Column(string name, ColumnKind kind, Sentence outside, Func<double, Sentence?>? hintOf = null)
    {
        Name = name;
        Kind = kind;
        Outside = outside;
        _hintOf = hintOf;
    }

    /// <summary>On the wire and in data files; files may write it in any letter case.</summary>
    public string Name { get; }

    public ColumnKind Kind { get; }

    /// <summary>Of a number, such as kg/m²; null for codes.</summary>
    public string? Unit { get; private init; }

    /// <summary>Of a number; meaningless for codes.</summary>
    public Limit Minimum { get; private init; }

    /// <inheritdoc cref="Minimum"/>
    public Limit Maximum { get; private init; }

    /// <summary>Of a number: values across the usual range, of which the golden rows are made.</summary>
    public IReadOnlyList<double> Examples { get; private init; } = [];

    /// <summary>How a code is written; its place is its number. Empty for a number.</summary>
    public IReadOnlyList<string> Codes { get; private init; } = [];

    /// <summary>What is wrong with a value outside the limits, or with an unknown code.</summary>
    public Sentence Outside { get; }

    /// <param name="hintOf">For some values outside a better sentence than <paramref name="outside"/>; null otherwise.</param>
    public static Column Number(
        string name,
        string unit,
        Limit minimum,
        Limit maximum,
        IReadOnlyList<double> examples,
        FormattableString outside,
        Func<double, Sentence?>? hintOf = null) =>
        new(name, ColumnKind.Number, Sentence.Of(outside), hintOf)
        {
            Unit = unit,
            Minimum = minimum,
            Maximum = maximum,
            Examples = examples,
        };

    public static Column Coded(string name, IReadOnlyList<string> codes, FormattableString outside) =>
        new(name, ColumnKind.Coded, Sentence.Of(outside)) { Codes = codes };

    public static Column Label(string name, IReadOnlyList<string> codes, FormattableString outside) =>
        new(name, ColumnKind.Class, Sentence.Of(outside)) { Codes = codes };

    /// <summary>What is wrong with a number, or null. NaN and infinities are always wrong.</summary>
    public Sentence? ProblemOf(double value) =>
        (Minimum.IsExclusive ? value > Minimum.Value : value >= Minimum.Value)
        && (Maximum.IsExclusive ? value < Maximum.Value : value <= Maximum.Value)
            ? null
            : _hintOf?.Invoke(value) ?? Outside;

    /// <summary>Reads a code; letter case and surrounding blanks don't matter.</summary>
    public bool TryParseCode(ReadOnlySpan<char> text, out int number)
    {
        text = text.Trim();
        for (number = 0; number < Codes.Count; number++)
        {
            if (text.Equals(Codes[number], StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        number = 0;
        return false;
    }
}
