namespace ModelOps.Domain.Features;

/// <summary>A unit in which a data file may give the numbers of a column.</summary>
/// <param name="Name">What people read and mappings state, such as mmol/mol.</param>
/// <param name="Spellings">Other spellings in headers, as <see cref="PlainText.Of"/> gives them.</param>
public sealed record ColumnUnit(string Name, params IReadOnlyList<string> Spellings)
{
    /// <summary>The unit in stable codes, such as <c>mmol_per_mol</c>. Required for a unit that is converted.</summary>
    public string Code { get; init; } = "";

    /// <summary>Converts a number to the column's own unit; null for the own unit.</summary>
    public Func<double, double>? ToOwn { get; init; }

    /// <summary>The formula of <see cref="ToOwn"/>, for people.</summary>
    public string Formula { get; init; } = "";

    /// <summary>Whether % may stand behind each number.</summary>
    public bool HasPercentSign { get; init; }

    /// <summary>In this unit, the median of many patients is at least this.</summary>
    public double MedianFrom { get; init; } = double.NegativeInfinity;

    /// <summary>In this unit, the median of many patients is at most this.</summary>
    public double MedianTo { get; init; } = double.PositiveInfinity;

    /// <param name="plain">A unit as <see cref="PlainText.Of"/> gives it.</param>
    public bool Is(string plain) => plain == PlainText.Of(Name) || Spellings.Contains(plain);

    public bool IsPlausible(double median) => median >= MedianFrom && median <= MedianTo;
}
