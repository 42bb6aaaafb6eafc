using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Datasets;

namespace ModelOps.Application.Datasets;

/// <summary>Makes allowed names of datasets from file names.</summary>
internal static class DatasetNames
{
    private const string Extension = ".csv";

    /// <summary>Leaves room for a number.</summary>
    private const int MaxStem = 80;

    private static readonly string[] OtherExtensions = [Extension, ".txt", ".tsv"];

    /// <summary>An allowed name that is free; null if the file's own name is.</summary>
    public static async Task<string?> ProposeAsync(this IModelOpsDbContext db, string? fileName, CancellationToken cancellationToken)
    {
        var name = SafeFormOf(fileName);
        var stem = name[..^Extension.Length];
        var prefix = Dataset.KeyOf(stem);
        var taken = (await db.Datasets.AsNoTracking().Where(d => d.NameKey.StartsWith(prefix)).Select(d => d.NameKey)
            .ToListAsync(cancellationToken)).ToHashSet(StringComparer.Ordinal);
        for (var number = 2; taken.Contains(Dataset.KeyOf(name)); number++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{stem[..Math.Min(stem.Length, MaxStem)]}-{number}{Extension}");
        }

        return name == fileName ? null : name;
    }

    /// <summary>A file's name with what is allowed in a dataset's name: <c>Análisis (1).csv</c> → <c>Analisis-1.csv</c>.</summary>
    public static string SafeFormOf(string? fileName)
    {
        if (Dataset.IsValidName(fileName))
        {
            return fileName;
        }

        var stem = (fileName ?? "").Split('/', '\\')[^1];
        stem = Array.Find(OtherExtensions, e => stem.EndsWith(e, StringComparison.OrdinalIgnoreCase)) is { } extension
            ? stem[..^extension.Length] : stem;
        var safe = new StringBuilder();
        foreach (var c in string.Concat(stem.EnumerateRunes()).Normalize(NormalizationForm.FormD))
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '.' or '_')
            {
                safe.Append(c);
            }
            else if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark && safe.Length > 0 && safe[^1] != '-')
            {
                safe.Append('-');
            }
        }

        var name = safe.ToString().Trim('.', '-');
        name = name[..Math.Min(name.Length, MaxStem)];
        return Dataset.IsValidName(name + Extension) ? name + Extension
            : name.Length == 0 ? $"data{Extension}" : $"data-{name}{Extension}";
    }
}
