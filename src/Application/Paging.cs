using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace ModelOps.Application;

/// <summary>
/// Start and size of a page. The cursor is the key of the last row seen (keyset paging). Therefore page 1,000 costs the same as page 1,
/// and rows inserted or deleted between two requests cause neither duplicates nor gaps.
/// </summary>
public sealed record PageRequest(int? Limit = null, string? Cursor = null)
{
    public const int DefaultLimit = 50;
    public const int MinLimit = 1;
    public const int MaxLimit = 200;

    private const int MaxCursor = 1_500;

    /// <summary>Maximum number of rows on the page. Query the database for <see cref="Fetch"/> rows.</summary>
    public int Size => Limit switch
    {
        null => DefaultLimit,
        >= MinLimit and <= MaxLimit => Limit.Value,
        _ => throw InvalidRequest.Refusal("limit", Texts.Say($"must be between {MinLimit} and {MaxLimit}.")),
    };

    /// <summary>One row more than the page size, which shows whether there is a next page.</summary>
    public int Fetch => Size + 1;

    /// <summary>The key to continue after; null on the first page.</summary>
    public long? AfterNumber() => Cursor is null
        ? null
        : long.TryParse(Decode(Cursor), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var key) ? key : throw BadCursor();

    /// <inheritdoc cref="AfterNumber"/>
    public string? AfterText() => Cursor is null ? null : Decode(Cursor);

    /// <summary>Cuts the result of a query for <see cref="Fetch"/> rows to one page and creates the cursor from its last row.</summary>
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

            // PostgreSQL can't store U+0000, and no key contains control characters.
            return key.Any(char.IsControl) ? throw BadCursor() : key;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw BadCursor();
        }
    }

    internal static Domain.RefusalException BadCursor() =>
        InvalidRequest.Refusal("cursor", Texts.Say($"isn't a cursor of this list. Take next_cursor of the page before, or leave it out."));
}

/// <summary>One page of a list.</summary>
/// <param name="Items">The rows, in the list's order.</param>
/// <param name="NextCursor">The cursor of the next page; null on the last page.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);
