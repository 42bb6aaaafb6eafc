using ModelOps.Domain;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Csv;

/// <summary>
/// Judges whole columns before any row is kept. A value can be within its limits and still be wrong: 22 is a valid percentage of HbA1c
/// for one row, but in a column of 22, 48 and 42 it is 22 mmol/mol, a healthy value.
/// </summary>
internal sealed class ColumnSurvey
{
    /// <summary>Fewer values don't show the unit of a column.</summary>
    private const int MinimumValues = 3;

    /// <summary>Fewer rows don't show that a distribution is implausible.</summary>
    private const int MinimumRows = 10;

    /// <summary>In percent, more than half of a column's values are below; in mmol/mol, more than half are above.</summary>
    private const double Percent = 20;

    /// <summary>More than half of the values below it are fractions of 1, as 0.065 for 6.5 %.</summary>
    private const double Fraction = 1;

    /// <summary>How many distinct texts of a column are remembered.</summary>
    private const int MaxTexts = 100;

    private readonly List<double> _hba1c = [];
    private readonly int[] _ages = new int[256];
    private readonly int[] _bmis = new int[256];
    private readonly HashSet<string> _genders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private int _rows;

    public void AddHbA1c(double value)
    {
        // A sample is enough for a median, and bounds the memory of a file with millions of rows.
        if (_hba1c.Count < 100_000)
        {
            _hba1c.Add(value);
        }
    }

    public void AddAgeAndBmi(double age, double bmi)
    {
        _ages[(int)Math.Clamp(age, 0, 255)]++;
        _bmis[(int)Math.Clamp(bmi, 0, 255)]++;
        _rows++;
    }

    public void AddGender(string text)
    {
        // Most files have a few distinct texts. Remembering them saves the normalization of each row.
        var isNew = _seen.Count < MaxTexts ? _seen.Add(text) : !_seen.Contains(text);
        if (isNew && KnownHeaders.Plain(text) is var plain && GenderCoding.IsKnown(plain))
        {
            _genders.Add(plain);
        }
    }

    /// <exception cref="RefusalException">The column mixes codings.</exception>
    public GenderCoding Coding() => GenderCoding.Of(_genders)
        ?? throw DatasetRefusals.InvalidDataset(
            $"The column {ColumnNames.Gender} mixes codings ({string.Join(", ", _genders.Order(StringComparer.Ordinal))}), so it isn't certain who is male and who is female. Use M (male) and F (female).");

    /// <exception cref="RefusalException">The values have another unit than the column.</exception>
    public void CheckUnit(HeaderUnit unit)
    {
        if (_hba1c.Count < MinimumValues)
        {
            return;
        }

        _hba1c.Sort();
        var median = _hba1c[_hba1c.Count / 2];
        if (unit == HeaderUnit.MmolPerMol)
        {
            if (median < Percent - 5)
            {
                throw DatasetRefusals.InvalidDataset(
                    $"The column {ColumnNames.HbA1c} is named mmol/mol, but its values look like %. Correct its name.");
            }
        }
        else if (median > Percent)
        {
            throw DatasetRefusals.InvalidDataset(
                $"The column {ColumnNames.HbA1c} looks like mmol/mol, not %, so no row was kept. Name the column \"{ColumnNames.HbA1c} (mmol/mol)\", and its values are converted (48 mmol/mol is 6.5 %).");
        }
        else if (median < Fraction)
        {
            throw DatasetRefusals.InvalidDataset(
                $"The column {ColumnNames.HbA1c} looks like fractions of 1, not %, so no row was kept. Multiply its values by 100.");
        }
    }

    /// <summary>What is possible but implausible, so that a person must confirm it.</summary>
    public IEnumerable<ColumnNote> Warnings()
    {
        if (_rows < MinimumRows)
        {
            yield break;
        }

        var (age, bmi) = (Median(_ages), Median(_bmis));
        if (bmi >= 45 && age < 45)
        {
            yield return new ColumnNote("columns_swapped", ColumnNames.Age, Sentence.Of(
                $"{ColumnNames.Age} and {ColumnNames.Bmi} look exchanged: most values of {ColumnNames.Bmi} are above 45, and most of {ColumnNames.Age} below."));
        }
        else if (age < 5)
        {
            yield return new ColumnNote("implausible_ages", ColumnNames.Age, Sentence.Of($"Most values of {ColumnNames.Age} are below 5 years."));
        }
    }

    private int Median(int[] counts)
    {
        var value = 0;
        for (var seen = counts[0]; seen * 2 < _rows; seen += counts[value])
        {
            value++;
        }

        return value;
    }
}
