using System.Text;
using CsvHelper;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Csv;

/// <summary>Reads the words of a coded column. Files repeat a few words, so each one is looked up once.</summary>
internal sealed class CodedField(Coding coding)
{
    private const int Unknown = -1;
    private const int MaxRemembered = 1_000;

    private readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
    private readonly int?[] _letters = new int?[128];

    public bool TryRead(CsvReader reader, int at, out int code)
    {
        var text = reader.GetSpan(at);
        if (text is [< 128 and var letter])
        {
            code = _letters[letter] ??= Find(((char)letter).ToString());
            return code != Unknown;
        }

        var word = Encoding.UTF8.GetString(CsvNumber.Unprotected(text));
        if (!_codes.TryGetValue(word, out code))
        {
            code = Find(word);
            if (_codes.Count < MaxRemembered)
            {
                _codes.Add(word, code);
            }
        }

        return code != Unknown;
    }

    private int Find(string word) => coding.Find(word) ?? Unknown;
}
