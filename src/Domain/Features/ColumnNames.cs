namespace ModelOps.Domain.Features;

/// <summary>The columns' names on the wire, in data files and in stored versions. Each stands here and nowhere else.</summary>
public static class ColumnNames
{
    public const string HbA1c = "HbA1c";
    public const string Age = "AGE";
    public const string Bmi = "BMI";
    public const string Gender = "Gender";
    public const string Class = "CLASS";
}
