using System.Globalization;
using ModelOps.Domain.Data;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Tests.Data;

/// <summary>Rows for tests, and the key that golden values are computed with.</summary>
internal static class Rows
{
    /// <summary>Bytes 0 to 31.</summary>
    public static SplitKey Key { get; } = new([.. Enumerable.Range(0, SplitKey.Bytes).Select(i => (byte)i)]);

    public static LabelledExample Of(DiabetesClass value, double age, double hba1c = 6, double bmi = 25, Gender gender = Gender.F) =>
        new(new PatientFeatures(hba1c, age, bmi, gender), value);

    /// <summary>Distinct rows, classes in turn.</summary>
    public static LabelledExample[] Many(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Of((DiabetesClass)(i % 3), age: i % 100, bmi: 20 + (i / 100 * 0.01)))];

    /// <summary>The first <paramref name="count"/> rows of a class that lie in one of the folds, in ascending order of their hash.</summary>
    public static LabelledExample[] In(int[] folds, DiabetesClass value, int count) =>
        [.. Enumerable.Range(0, 10_000)
            .Select(i => Of(value, age: 1, hba1c: 1 + (i * 0.001) + ((int)value * 0.0001)))
            .Where(r => folds.Contains(Key.FoldOf(r.Features)))
            .Take(count)
            .OrderBy(r => Key.HashOf(r.Features))];

    public static string Describe(IEnumerable<LabelledExample> rows) =>
        string.Join(';', rows.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Features} {r.Class}")));
}
