namespace ModelOps.Domain.Features;

/// <summary>
/// The columns of a row with their units, limits and kinds. It is the only definition of the columns: CSV reading, request validation,
/// the prediction form, canonical rows, golden rows, scalers and the OpenAPI document use it.
/// Each version stores the id of the schema that it was trained with.
/// </summary>
public sealed class FeatureSchema
{
    /// <summary>The id of the first schema. Versions stored without a schema id use this schema.</summary>
    public const string Diabetes1Id = "diabetes-1";

    /// <summary>
    /// The columns that are hashed to compute a row's fold, in hashing order. This list never changes, so a row never changes its fold.
    /// A later schema may add inputs at any position, but it must contain these columns.
    /// </summary>
    public static readonly IReadOnlyList<string> KeyColumns = [ColumnNames.HbA1c, ColumnNames.Age, ColumnNames.Bmi, ColumnNames.Gender];

    /// <param name="inputs">The input columns, in the network's input order.</param>
    /// <exception cref="ArgumentException"><paramref name="inputs"/> lacks one of the <see cref="KeyColumns"/>.</exception>
    public FeatureSchema(string id, IReadOnlyList<Column> inputs, Column label)
    {
        Id = id;
        Inputs = inputs;
        Label = label;
        Columns = [.. inputs, label];
        KeyIndexes = [.. KeyColumns.Select(key =>
        {
            var at = inputs.Select(c => c.Name).ToList().IndexOf(key);
            return at >= 0 ? at : throw new ArgumentException($"The schema {id} lacks the key column {key}.", nameof(inputs));
        })];
    }

    public static FeatureSchema Diabetes1 { get; } = CreateDiabetes1();

    /// <summary>The schema for reading new data and for training new versions.</summary>
    public static FeatureSchema Current => Diabetes1;

    public string Id { get; }

    /// <summary>The input columns, in the network's input order.</summary>
    public IReadOnlyList<Column> Inputs { get; }

    /// <summary>The column of the diagnosis.</summary>
    public Column Label { get; }

    /// <summary>The columns of a data file: the inputs, then the label.</summary>
    public IReadOnlyList<Column> Columns { get; }

    /// <summary>For each of the <see cref="KeyColumns"/>, its index in <see cref="Inputs"/>.</summary>
    public IReadOnlyList<int> KeyIndexes { get; }

    /// <summary>The schema with this id, or null when this build doesn't know it.</summary>
    public static FeatureSchema? Find(string id) => id == Diabetes1.Id ? Diabetes1 : null;

    /// <exception cref="InvalidOperationException">The schema has no column of this name.</exception>
    public Column GetColumn(string name) => Columns.First(c => c.Name == name);

    private static FeatureSchema CreateDiabetes1()
    {
        var (hba1cMin, hba1cMax) = (new Limit(0, IsExclusive: true), new Limit(25));
        var (ageMin, ageMax) = (new Limit(0), new Limit(130));
        var (bmiMin, bmiMax) = (new Limit(5), new Limit(120));

        // An HbA1c value in mmol/mol is about ten times the value in %.
        var mmol = Sentence.Of($"must be above {hba1cMin} and at most {hba1cMax} %; the value looks like mmol/mol, convert it to % first");
        return new FeatureSchema(
            Diabetes1Id,
            [
                Column.Number(
                    ColumnNames.HbA1c, "%", hba1cMin, hba1cMax, [4.5, 5.6, 6.2, 6.9, 9.5, 13],
                    $"must be above {hba1cMin} and at most {hba1cMax} %",
                    value => value > hba1cMax.Value && value <= 10 * hba1cMax.Value ? mmol : null),
                Column.Number(ColumnNames.Age, "years", ageMin, ageMax, [25, 50, 75], $"must be between {ageMin} and {ageMax} years"),
                Column.Number(ColumnNames.Bmi, "kg/m²", bmiMin, bmiMax, [21, 33], $"must be between {bmiMin} and {bmiMax} kg/m²"),
                Column.Coded(ColumnNames.Gender, Enum.GetNames<Gender>(), $"must be M or F"),
            ],
            Column.Label(
                ColumnNames.Class,
                Enum.GetNames<DiabetesClass>(),
                $"must be N, P, Y, Negative, Prediabetes or Diabetes"));
    }
}
