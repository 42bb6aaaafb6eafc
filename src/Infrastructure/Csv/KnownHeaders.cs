using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Csv;

/// <summary>The unit of a column of a file, as its header names it.</summary>
internal enum HeaderUnit
{
    /// <summary>No unit, or the unit of the schema.</summary>
    Expected,

    /// <summary>HbA1c in mmol/mol (IFCC) instead of percent (NGSP).</summary>
    MmolPerMol,

    Unknown,
}

/// <summary>Recognizes headers by the column's name or a synonym in English or Spanish, with or without a unit.</summary>
internal static partial class KnownHeaders
{
    /// <summary>Synonyms in lower case without accents.</summary>
    private static readonly Dictionary<string, string> Synonyms = new(StringComparer.Ordinal)
    {
        ["hba1c_level"] = ColumnNames.HbA1c,
        ["glycated haemoglobin"] = ColumnNames.HbA1c,
        ["glycated hemoglobin"] = ColumnNames.HbA1c,
        ["hemoglobina glicosilada"] = ColumnNames.HbA1c,
        ["hemoglobina glucosilada"] = ColumnNames.HbA1c,
        ["edad"] = ColumnNames.Age,
        ["imc"] = ColumnNames.Bmi,
        ["sex"] = ColumnNames.Gender,
        ["sexo"] = ColumnNames.Gender,
        ["genero"] = ColumnNames.Gender,
        ["clase"] = ColumnNames.Class,
        ["diagnosis"] = ColumnNames.Class,
        ["diagnostico"] = ColumnNames.Class,
    };

    private static readonly Dictionary<string, string[]> ExpectedUnits = new(StringComparer.Ordinal)
    {
        [ColumnNames.HbA1c] = ["%", "percent"],
        [ColumnNames.Age] = ["years", "year", "y", "anos"],
        [ColumnNames.Bmi] = ["kg/m²", "kg/m2"],
    };

    /// <summary>The column that a header names, and its unit; null for the header of any other column.</summary>
    public static (string Column, HeaderUnit Unit)? Find(string header)
    {
        var parts = NameAndUnit().Match(Plain(header));
        var name = parts.Groups["name"].Value;
        var column = FeatureSchema.Current.Columns.FirstOrDefault(c => name.Equals(c.Name, StringComparison.OrdinalIgnoreCase))?.Name
            ?? Synonyms.GetValueOrDefault(name);
        if (column is null)
        {
            return null;
        }

        var unit = parts.Groups["unit"].Value;
        return (column, unit switch
        {
            "" => HeaderUnit.Expected,
            "mmol/mol" when column == ColumnNames.HbA1c => HeaderUnit.MmolPerMol,
            _ when ExpectedUnits.GetValueOrDefault(column, []).Contains(unit) => HeaderUnit.Expected,
            _ => HeaderUnit.Unknown,
        });
    }

    /// <summary>The text in lower case, without accents and surrounding white space.</summary>
    public static string Plain(string text)
    {
        var plain = new StringBuilder();
        foreach (var c in text.Trim().Normalize(NormalizationForm.FormD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
            {
                plain.Append(char.ToLowerInvariant(c));
            }
        }

        return plain.ToString();
    }

    /// <summary>A name, then a unit in brackets or after a space: <c>HbA1c (%)</c>, <c>BMI [kg/m²]</c>, <c>HbA1c mmol/mol</c>.</summary>
    [GeneratedRegex(@"^(?<name>.*?)(\s*[(\[]\s*(?<unit>[^()\[\]]+?)\s*[)\]]|\s+(?<unit>%|mmol/mol|kg/m²|kg/m2))?$", RegexOptions.Singleline)]
    private static partial Regex NameAndUnit();
}
