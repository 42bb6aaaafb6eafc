using System.Buffers.Text;
using System.Globalization;
using System.Text;
using ModelOps.Domain;

namespace ModelOps.Application;

/// <summary>
/// Where a list goes on, and how far. The cursor names the last row that was seen (keyset paging), so page 1,000
/// costs what page 1 costs, and rows that come or go meanwhile neither repeat nor hide others.
/// </summary>
public sealed record PageRequest(int? Limit = null, string? Cursor = null)
{
    public const int DefaultLimit = 50;
    public const int MinLimit = 1;
    public const int MaxLimit = 200;

    private const int MaxCursor = 1_500;

    /// <summary>Rows of the page; ask the database for <see cref="Fetch"/> of them.</summary>
    public int Size => Limit switch
    {
        null => DefaultLimit,
        >= MinLimit and <= MaxLimit => Limit.Value,
        _ => throw InvalidRequest.Refusal("limit", Texts.Say($"must be between {MinLimit} and {MaxLimit}.")),
    };

    /// <summary>One row more than the page holds tells whether there is a next page.</summary>
    public int Fetch => Size + 1;

    /// <summary>The key to continue after; null on the first page.</summary>
    public long? AfterNumber() => Cursor is null
        ? null
        : long.TryParse(Decode(Cursor), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var key) ? key : throw BadCursor();

    /// <inheritdoc cref="AfterNumber"/>
    public string? AfterText() => Cursor is null ? null : Decode(Cursor);

    /// <summary>Cuts what <see cref="Fetch"/> brought to a page, with the cursor of its last row.</summary>
    public Page<T> Cut<T>(IReadOnlyList<T> fetched, Func<T, long> key) =>
        Cut(fetched, row => key(row).ToString(CultureInfo.InvariantCulture));

    /// <inheritdoc cref="Cut{T}(IReadOnlyList{T}, Func{T, long})"/>
    public Page<T> Cut<T>(IReadOnlyList<T> fetched, Func<T, string> key)
    {
        if (fetched.Count <= Size)
        {
            return new Page<T>(fetched, null);
        }

        return new Page<T>([.. fetched.Take(Size)], Encode(key(fetched[Size - 1])));
    }

    private static string Encode(string key) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key));

    private static string Decode(string cursor)
    {
        if (cursor.Length is 0 or > MaxCursor)
        {
            throw BadCursor();
        }

        try
        {
            var key = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Base64Url.DecodeFromChars(cursor));

            // PostgreSQL can't hold U+0000, and no key of ours has control characters.
            return key.Any(char.IsControl) ? throw BadCursor() : key;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw BadCursor();
        }
    }

    private static Domain.RefusalException BadCursor() =>
        InvalidRequest.Refusal("cursor", Texts.Say($"isn't a cursor of this list. Take next_cursor of the page before, or leave it out."));
}

/// <summary>One page of a list.</summary>
/// <param name="Items">The rows, in the list's order.</param>
/// <param name="NextCursor">What to ask for next; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);
