using System.Text.Json.Serialization;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Datasets;

/// <summary>What is known of labelled rows as a whole. All counts but <paramref name="Distinct"/> include repetitions.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="Distinct">Number of distinct rows; two rows are distinct when their inputs or classes differ.</param>
/// <param name="Duplicates">Number of rows that equal an earlier one.</param>
/// <param name="ConflictingLabels">Number of distinct inputs that occur with more than one class.</param>
/// <param name="Columns">The inputs, by column name.</param>
public sealed record DataProfile(
    int Rows,
    int Distinct,
    int Duplicates,
    int ConflictingLabels,
    IReadOnlyDictionary<DiabetesClass, int> ClassCounts,
    IReadOnlyDictionary<string, ColumnProfile> Columns)
{
    /// <summary>How many of the rows the service had already; null if nobody counted them, as for a version's rows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AlreadyKnown? AlreadyKnown { get; init; }

    /// <summary>
    /// The profile for users who may not read the rows: without the numbers that can be a single patient's, such as the maximum.
    /// </summary>
    public DataProfile WithoutValues() => this with
    {
        Columns = Columns.ToDictionary(
            c => c.Key, c => new ColumnProfile { Histogram = c.Value.Histogram, Counts = c.Value.Counts }),
    };
}

/// <summary>How many rows of a file the service had already. Repetitions are counted.</summary>
/// <param name="Rows">Rows that were among the records, in another dataset, or in both.</param>
/// <param name="Records">Rows that were among the records.</param>
/// <param name="Datasets">Rows that were in another dataset.</param>
/// <param name="CountedAt">When they were counted: at the upload, or later for a dataset of an earlier release.</param>
public sealed record AlreadyKnown(int Rows, int Records, int Datasets, DateTime CountedAt);

/// <summary>The distribution of one input. A column of numbers has all members but <see cref="Counts"/>, in the column's unit.</summary>
public sealed record ColumnProfile
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Min { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Max { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Mean { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Quantiles? Quantiles { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Histogram? Histogram { get; init; }

    /// <summary>Number of rows of each code; null for a column of numbers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, int>? Counts { get; init; }
}

/// <summary>
/// Values below which 5, 25, 50, 75 and 95 % of the rows lie, interpolated linearly between neighbouring rows. They are exact where values
/// have at most two decimals. Otherwise they are too low by less than 1/32,768 of the range between the column's limits.
/// </summary>
public sealed record Quantiles(double P5, double P25, double P50, double P75, double P95);

/// <summary>A histogram with <see cref="Bins.Count"/> bins.</summary>
/// <param name="Edges">
/// The 21 edges of the bins; a value on an edge belongs to the bin above it. The first bin has all values below it as well, and the last
/// one all values above it.
/// </param>
/// <param name="Counts">Rows in each bin.</param>
/// <param name="ByClass">Rows in each bin, by class.</param>
public sealed record Histogram(
    IReadOnlyList<double> Edges, IReadOnlyList<int> Counts, IReadOnlyDictionary<DiabetesClass, IReadOnlyList<int>> ByClass);
