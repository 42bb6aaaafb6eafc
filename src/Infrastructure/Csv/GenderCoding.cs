using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Csv;

/// <summary>
/// What the texts of a gender column mean. A coding is recognized from the whole column, because M means male beside F, and female
/// (mujer) beside H (hombre).
/// </summary>
internal sealed class GenderCoding
{
    /// <summary>Each coding with its texts for male and for female, in lower case without accents.</summary>
    private static readonly (string Male, string Female)[] Known =
    [
        ("m", "f"), ("h", "m"), ("v", "m"), ("male", "female"), ("man", "woman"), ("hombre", "mujer"), ("varon", "mujer"),
        ("masculino", "femenino"),
    ];

    private static readonly HashSet<string> Texts = [.. Known.SelectMany(k => new[] { k.Male, k.Female })];

    private readonly string _male;
    private readonly string _female;

    private GenderCoding((string Male, string Female) texts) => (_male, _female) = texts;

    /// <summary>Whether a text belongs to a coding. Other texts are problems of their row and don't decide on the column.</summary>
    public static bool IsKnown(string plain) => Texts.Contains(plain);

    /// <summary>The first coding that has all of the texts; null if there is none, because the column mixes codings.</summary>
    /// <param name="plain">The known texts of the column, see <see cref="KnownHeaders.Plain"/>.</param>
    public static GenderCoding? Of(IReadOnlySet<string> plain)
    {
        foreach (var coding in Known)
        {
            if (plain.All(text => text == coding.Male || text == coding.Female))
            {
                return new GenderCoding(coding);
            }
        }

        return null;
    }

    /// <summary>The gender that a text means; null for a text of no coding.</summary>
    public Gender? Find(string plain) => plain == _male ? Gender.M : plain == _female ? Gender.F : null;
}
