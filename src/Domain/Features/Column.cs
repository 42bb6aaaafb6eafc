using System.Globalization;

namespace ModelOps.Domain.Features;

/// <summary>The type of a column's values.</summary>
public enum ColumnKind
{
    /// <summary>A real number within limits.</summary>
    Number,

    /// <summary>One of a few codes, such as F or M. The network's input is the index of the code.</summary>
    Coded,

    /// <summary>The diagnosis: the target of training and prediction.</summary>
    Class,
}

/// <summary>The lower or upper limit of a number.</summary>
/// <param name="IsExclusive">Whether the limit itself is outside the range.</param>
public readonly record struct Limit(double Value, bool IsExclusive = false)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>
/// The bins of a histogram: <see cref="Count"/> bins of equal width. The first one has all values below it as well, and the last one all
/// values above it.
/// </summary>
/// <param name="From">Lower edge of the first bin.</param>
/// <param name="Width">Width of each bin. A value on an edge belongs to the bin above it.</param>
public readonly record struct Bins(double From, double Width)
{
    public const int Count = 20;

    /// <summary>The bin of a value, 0..19.</summary>
    public int IndexOf(double value) => (int)Math.Clamp(Math.Floor((value - From) / Width), 0, Count - 1);

    /// <summary>The lower edge of a bin.</summary>
    public double EdgeOf(int bin) => From + (bin * Width);
}

/// <summary>
/// One column of a <see cref="FeatureSchema"/>. Its error sentences never contain the rejected value, because the value may be a patient's.
/// </summary>
public sealed class Column
{
    /// <summary>The error sentence for a number that is missing in a data file.</summary>
    public static readonly Sentence Missing = Sentence.Of($"is missing");

    /// <summary>The error sentence for a text that isn't a finite number.</summary>
    public static readonly Sentence NotANumber = Sentence.Of($"is not a number");

    private readonly Func<double, Sentence?>? _hintOf;

    private Column(
        string name,
        ColumnKind kind,
        Sentence outside,
        Func<double, Sentence?>? hintOf = null,
        IReadOnlyList<string>? codes = null,
        IReadOnlyList<Coding>? codings = null,
        IReadOnlyList<string>? synonyms = null)
    {
        Name = name;
        Kind = kind;
        Outside = outside;
        Codes = codes ?? [];
        Codings = codings ?? (Codes.Count == 0 ? [] : [new Coding([.. Codes.Select((code, i) => (code, i))])]);
        Synonyms = synonyms ?? [];
        _hintOf = hintOf;
    }

    /// <summary>The column's name in requests, responses and data files. Data files may use any letter case.</summary>
    public string Name { get; }

    public ColumnKind Kind { get; }

    /// <summary>The unit of a number, such as kg/m²; null for codes and the class.</summary>
    public string? Unit => Units.Count == 0 ? null : Units[0].Name;

    /// <summary>The units in which data files may give a number, the column's own first. Empty for codes and the class.</summary>
    public IReadOnlyList<ColumnUnit> Units { get; private init; } = [];

    /// <summary>Headers that name this column in data files, beside its name, as <see cref="PlainText.Of"/> gives them.</summary>
    public IReadOnlyList<string> Synonyms { get; }

    /// <summary>
    /// The codings that data files use. The first one is the contract's own; its first words are the names of the codes. A file's coding is
    /// recognized from the whole column, because a word may mean something else in another coding. Empty for a number.
    /// </summary>
    public IReadOnlyList<Coding> Codings { get; }

    /// <summary>The limit of a number; unused for codes and the class.</summary>
    public Limit Minimum { get; private init; }

    /// <inheritdoc cref="Minimum"/>
    public Limit Maximum { get; private init; }

    /// <summary>Typical values of a number, from low to high; the golden rows combine them. Empty for codes and the class.</summary>
    public IReadOnlyList<double> Examples { get; private init; } = [];

    /// <summary>The bins of the number's histograms. They are fixed, so that histograms of different data can be compared.</summary>
    public Bins Bins { get; private init; }

    /// <summary>The texts of the codes; the index of a text is its numeric value. Empty for a number.</summary>
    public IReadOnlyList<string> Codes { get; }

    /// <summary>The error sentence for a value outside the limits or for an unknown code.</summary>
    public Sentence Outside { get; }

    /// <param name="unit">The column's own unit.</param>
    /// <param name="outside">The error sentence for a value outside the limits.</param>
    /// <param name="bins">The bins of histograms; by default, they divide the whole range between the limits.</param>
    /// <param name="hintOf">
    /// Returns a more specific error sentence for some values outside the limits, or null to use <paramref name="outside"/>.
    /// </param>
    /// <param name="otherUnits">Units that are converted.</param>
    public static Column Number(
        string name,
        ColumnUnit unit,
        Limit minimum,
        Limit maximum,
        IReadOnlyList<double> examples,
        FormattableString outside,
        Bins? bins = null,
        Func<double, Sentence?>? hintOf = null,
        IReadOnlyList<ColumnUnit>? otherUnits = null,
        IReadOnlyList<string>? synonyms = null) =>
        new(name, ColumnKind.Number, Sentence.Of(outside), hintOf, synonyms: synonyms)
        {
            Units = [unit, .. otherUnits ?? []],
            Minimum = minimum,
            Maximum = maximum,
            Examples = examples,
            Bins = bins ?? new Bins(minimum.Value, (maximum.Value - minimum.Value) / Bins.Count),
        };

    /// <param name="codings">See <see cref="Codings"/>; without any, the words are the codes.</param>
    public static Column Coded(
        string name,
        IReadOnlyList<string> codes,
        FormattableString outside,
        IReadOnlyList<Coding>? codings = null,
        IReadOnlyList<string>? synonyms = null) =>
        new(name, ColumnKind.Coded, Sentence.Of(outside), codes: codes, codings: codings, synonyms: synonyms);

    /// <inheritdoc cref="Coded"/>
    public static Column Label(
        string name,
        IReadOnlyList<string> codes,
        FormattableString outside,
        IReadOnlyList<Coding>? codings = null,
        IReadOnlyList<string>? synonyms = null) =>
        new(name, ColumnKind.Class, Sentence.Of(outside), codes: codes, codings: codings, synonyms: synonyms);

    /// <summary>The error sentence for a number, or null for a valid number. NaN and infinities are always invalid.</summary>
    public Sentence? ProblemOf(double value) =>
        (Minimum.IsExclusive ? value > Minimum.Value : value >= Minimum.Value)
        && (Maximum.IsExclusive ? value < Maximum.Value : value <= Maximum.Value)
            ? null
            : _hintOf?.Invoke(value) ?? Outside;

    /// <summary>The shortest name of a code, as mappings state it: <c>Y</c> for Diabetes.</summary>
    public string NameOf(int code) => Codings[0].Words.First(w => w.Code == code).Word;

    /// <summary>Parses a code. Letter case and surrounding white space are ignored.</summary>
    /// <param name="number">The index of the code in <see cref="Codes"/>; 0 when the text isn't a code.</param>
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
