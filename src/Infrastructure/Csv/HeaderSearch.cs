using System.Text.RegularExpressions;
using ModelOps.Domain;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Csv;

/// <summary>What a header of a file says.</summary>
/// <param name="Column">The column of the schema; null for any other column.</param>
/// <param name="Unit">The unit of the header; null if it names none or one that isn't known.</param>
/// <param name="HasUnknownUnit">Whether the header names a unit that isn't known.</param>
/// <param name="IsOwnName">Whether the header is the column's own name, not a synonym.</param>
internal readonly record struct KnownHeader(Column? Column, ColumnUnit? Unit, bool HasUnknownUnit, bool IsOwnName);

/// <summary>Recognizes headers, and with them the separator and the line of the header.</summary>
internal static partial class HeaderSearch
{
    /// <summary>Titles stand above the header in at most nine lines.</summary>
    private const int MaxLine = 10;

    /// <summary>Longer headers aren't known ones.</summary>
    private const int MaxHeader = 200;

    /// <summary>The column that a header names by its name or a synonym, with or without a unit.</summary>
    public static KnownHeader Recognize(string header)
    {
        if (header.Length is 0 or > MaxHeader)
        {
            return default;
        }

        var plain = PlainText.Of(header);
        var parts = NameAndUnit().Match(plain);
        var name = parts.Groups["name"].Value;
        foreach (var column in FeatureSchema.Current.Columns)
        {
            var isOwnName = name.Equals(column.Name, StringComparison.OrdinalIgnoreCase);
            if (isOwnName || column.Synonyms.Contains(name) || column.Synonyms.Contains(plain))
            {
                var unit = parts.Groups["unit"].Value;
                var known = column.Units.FirstOrDefault(u => u.Is(unit));
                return new KnownHeader(column, known, unit.Length > 0 && known is null, isOwnName);
            }
        }

        return default;
    }

    /// <summary>
    /// The separator under which a line has most of the schema's columns, and that line, from 1. Without any such line, the first line that
    /// isn't empty and the separator that splits it most.
    /// </summary>
    /// <param name="start">The start of the file.</param>
    /// <param name="separators">Those that are possible.</param>
    /// <param name="stated">Headers that a mapping names.</param>
    public static (char Separator, int Line) Find(string start, string separators, IReadOnlyCollection<string> stated)
    {
        var wanted = stated.Select(PlainText.Of).ToHashSet(StringComparer.Ordinal);
        var (best, found) = ((Columns: 0, Fields: 0), (Separator: separators[0], Line: 0));
        var (line, at) = (1, 0);
        while (line <= MaxLine && at < start.Length)
        {
            foreach (var separator in separators)
            {
                var fields = Split(start.AsSpan(at), separator);
                var columns = (wanted.Count == 0 ? 0 : fields.Count(f => f.Length > 0 && wanted.Contains(PlainText.Of(f))))
                    + fields.Select(f => Recognize(f).Column).Distinct().Count(c => c is not null);
                if (columns > best.Columns || (best.Columns == 0 && fields.Any(f => f.Length > 0)
                    && (found.Line == 0 || (found.Line == line && fields.Count > best.Fields))))
                {
                    (best, found) = ((columns, fields.Count), (separator, line));
                }
            }

            at = NextLine(start, at);
            line++;
        }

        return found.Line == 0 ? (found.Separator, 1) : found;
    }

    /// <summary>The fields of the text's first record. Quotes are respected and removed.</summary>
    private static List<string> Split(ReadOnlySpan<char> text, char separator)
    {
        List<string> fields = [];
        var (from, quoted) = (0, false);
        for (var i = 0; i <= text.Length; i++)
        {
            var ends = i == text.Length || (!quoted && text[i] is '\r' or '\n');
            if (ends || (!quoted && text[i] == separator))
            {
                fields.Add(text[from..i].Trim().TrimStart('=').Trim('"').Trim().ToString());
                from = i + 1;
                if (ends)
                {
                    break;
                }
            }
            else if (text[i] == '"')
            {
                quoted = !quoted;
            }
        }

        return fields;
    }

    private static int NextLine(string text, int at)
    {
        var end = text.AsSpan(at).IndexOfAny('\r', '\n');
        return end < 0 ? text.Length
            : at + end + (text.AsSpan(at + end).StartsWith("\r\n", StringComparison.Ordinal) ? 2 : 1);
    }

    /// <summary>A name, then a unit in brackets or after a space: <c>HbA1c (%)</c>, <c>BMI [kg/m²]</c>, <c>HbA1c mmol/mol</c>.</summary>
    [GeneratedRegex(@"^(?<name>.*?)(\s*[(\[]\s*(?<unit>[^()\[\]]+?)\s*[)\]]|\s+(?<unit>%|mmol/mol|kg/m²|kg/m2))?$", RegexOptions.Singleline)]
    private static partial Regex NameAndUnit();
}
