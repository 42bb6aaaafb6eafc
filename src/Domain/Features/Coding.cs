using System.Collections.Frozen;

namespace ModelOps.Domain.Features;

/// <summary>What the words of a coded column mean in a data file.</summary>
public sealed class Coding
{
    private readonly FrozenDictionary<string, int> _codes;

    /// <param name="words">Words and the index of the code that each means. Letter case, accents and white space don't matter.</param>
    /// <exception cref="ArgumentException">Two words are equal.</exception>
    public Coding(params IReadOnlyList<(string Word, int Code)> words)
    {
        Words = words;
        _codes = words.ToFrozenDictionary(w => PlainText.Word(w.Word), w => w.Code, StringComparer.Ordinal);
    }

    public IReadOnlyList<(string Word, int Code)> Words { get; }

    /// <summary>The index of the code that a word means; null for a word that isn't part of the coding.</summary>
    public int? Find(string word) => FindPlain(PlainText.Word(word));

    /// <param name="plain">A word as <see cref="PlainText.Word"/> gives it.</param>
    public int? FindPlain(string plain) => _codes.TryGetValue(plain, out var code) ? code : null;
}
