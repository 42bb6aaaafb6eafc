namespace ModelOps.Domain.Features;

/// <summary>
/// The columns of a row, as one table: data files, requests, the form, canonical rows, golden rows, scalers and the OpenAPI document
/// all read it. A version names the schema that it was trained with.
/// </summary>
public sealed class FeatureSchema
{
    /// <summary>The schema of everything that was stored before versions named theirs.</summary>
    public const string Diabetes1Id = "diabetes-1";

    /// <summary>
    /// The columns whose values decide a row's fold, in the order in which they are hashed. Frozen: a later schema may add inputs
    /// anywhere, but contains these columns, so that no row ever changes its fold.
    /// </summary>
    public static readonly IReadOnlyList<string> KeyColumns = [ColumnNames.HbA1c, ColumnNames.Age, ColumnNames.Bmi, ColumnNames.Gender];

    /// <param name="inputs">In the network's input order.</param>
    /// <exception cref="ArgumentException">A key column is missing.</exception>
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

    /// <summary>
    /// HbA1c in mmol/mol (IFCC), converted to percent (NGSP) by the master equation of the IFCC network, rounded to two decimals:
    /// NGSP = 0.09148 · IFCC + 2.152 (Hoelzel et al., Clinical Chemistry 50, 2004).
    /// </summary>
    private static readonly ColumnUnit MmolPerMol = new("mmol/mol", "ifcc")
    {
        Code = "mmol_per_mol",
        ToOwn = value => Math.Round((0.09148 * value) + 2.152, 2),
        Formula = "% = 0.09148 · mmol/mol + 2.152",
        MedianFrom = 15,
    };

    /// <summary>HbA1c as a fraction of 1: 0.065 is 6.5 %. Four decimals hold every measured value.</summary>
    private static readonly ColumnUnit Fraction = new("fraction", "fraccion")
    {
        Code = "fraction",
        ToOwn = value => Math.Round(100 * value, 4),
        Formula = "% = 100 · fraction",
        MedianTo = 1,
    };

    public static FeatureSchema Diabetes1 { get; } = CreateDiabetes1();

    /// <summary>What new data are read with and new versions trained with.</summary>
    public static FeatureSchema Current => Diabetes1;

    public string Id { get; }

    /// <summary>What a network reads, in its input order.</summary>
    public IReadOnlyList<Column> Inputs { get; }

    /// <summary>The diagnosis.</summary>
    public Column Label { get; }

    /// <summary>The inputs, then the label: the columns of a data file.</summary>
    public IReadOnlyList<Column> Columns { get; }

    /// <summary>The places of <see cref="KeyColumns"/> among <see cref="Inputs"/>.</summary>
    public IReadOnlyList<int> KeyIndexes { get; }

    /// <exception cref="NotSupportedException">This build doesn't know the schema.</exception>
    public static FeatureSchema Get(string id) =>
        id == Diabetes1.Id ? Diabetes1 : throw new NotSupportedException($"The schema {id} is unknown to this build.");

    /// <exception cref="InvalidOperationException">The schema has no column of this name.</exception>
    public Column GetColumn(string name) => Columns.First(c => c.Name == name);

    private static FeatureSchema CreateDiabetes1()
    {
        var (hba1cMin, hba1cMax) = (new Limit(0, IsExclusive: true), new Limit(25));
        var (ageMin, ageMax) = (new Limit(0), new Limit(130));
        var (bmiMin, bmiMax) = (new Limit(5), new Limit(120));

        // HbA1c in mmol/mol is about ten times the value in %.
        var mmol = Sentence.Of($"must be above {hba1cMin} and at most {hba1cMax} %; the value looks like mmol/mol, convert it to % first");
        var (f, m) = ((int)Gender.F, (int)Gender.M);
        var (n, p, y) = ((int)DiabetesClass.Negative, (int)DiabetesClass.Prediabetes, (int)DiabetesClass.Diabetes);
        return new FeatureSchema(
            Diabetes1Id,
            [
                Column.Number(
                    ColumnNames.HbA1c,
                    new ColumnUnit("%", "percent", "ngsp") { HasPercentSign = true, MedianFrom = 1, MedianTo = 20 },
                    hba1cMin,
                    hba1cMax,
                    [4.5, 5.6, 6.2, 6.9, 9.5, 13],
                    $"must be above {hba1cMin} and at most {hba1cMax} %",
                    new Bins(4, 0.5),
                    value => value > hba1cMax.Value && value <= 10 * hba1cMax.Value ? mmol : null,
                    [MmolPerMol, Fraction],
                    [
                        "hba1c_level", "a1c", "hb a1c", "glycated haemoglobin", "glycated hemoglobin", "hemoglobina glicosilada",
                        "hemoglobina glucosilada", "hemoglobina glicada",
                    ]),
                Column.Number(
                    ColumnNames.Age,
                    new ColumnUnit("years", "year", "y", "anos"),
                    ageMin,
                    ageMax,
                    [25, 50, 75],
                    $"must be between {ageMin} and {ageMax} years",
                    new Bins(0, 5),
                    synonyms: ["edad"]),
                Column.Number(
                    ColumnNames.Bmi,
                    new ColumnUnit("kg/m²", "kg/m2", "kg/m^2"),
                    bmiMin,
                    bmiMax,
                    [21, 33],
                    $"must be between {bmiMin} and {bmiMax} kg/m²",
                    new Bins(14, 2),
                    synonyms: ["imc", "body mass index", "indice de masa corporal"]),
                Column.Coded(
                    ColumnNames.Gender,
                    Enum.GetNames<Gender>(),
                    $"must be M (male) or F (female)",
                    [
                        new(("M", m), ("F", f)),
                        new(("H", m), ("M", f)),
                        new(("V", m), ("M", f)),
                        new(("Male", m), ("Female", f)),
                        new(("Man", m), ("Woman", f)),
                        new(("Hombre", m), ("Mujer", f)),
                        new(("Varón", m), ("Mujer", f)),
                        new(("Masculino", m), ("Femenino", f)),
                    ],
                    ["sex", "sexo", "genero"]),
            ],
            Column.Label(
                ColumnNames.Class,
                Enum.GetNames<DiabetesClass>(),
                $"must be N, P, Y, Negative, Prediabetes or Diabetes",
                [
                    new(
                        ("N", n), ("P", p), ("Y", y), ("Negative", n), ("Prediabetes", p), ("Diabetes", y), ("Negativo", n),
                        ("Negativa", n), ("Prediabético", p), ("Prediabética", p), ("Diabético", y), ("Diabética", y)),
                ],
                ["clase", "diagnosis", "diagnostico", "diabetes"]));
    }
}
