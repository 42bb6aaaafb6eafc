using System.Text;
using CsvHelper;
using ModelOps.Domain.Datasets;

namespace ModelOps.Infrastructure.Csv;

/// <summary>How a file is split into lines and fields.</summary>
/// <param name="HeaderLine">The line of the header, from 1.</param>
internal sealed record CsvLayout(TextEncoding Encoding, char Separator, int HeaderLine);

/// <summary>The records of a file, the header first. Lines that are empty, or have only empty fields, are passed over.</summary>
internal sealed class CsvRows : IDisposable
{
    public const int MaxRecordBytes = 64 * 1024;

    private readonly CsvLayout _layout;
    private readonly int _skipped;
    private bool _hasStrayQuote;

    public CsvRows(Stream content, CsvLayout layout)
    {
        _layout = layout;
        var options = new CsvReaderOptions
        {
            HasHeader = false,
            Separator = layout.Separator,
            MissingField = CsvMissingFieldHandling.Throw,
            MaxRecordSize = MaxRecordBytes,
            IncludeValuesInExceptions = false,
            TrackLineNumbers = true,
            TrimWhitespace = true,
            OnMalformedRecord = OnMalformed,
        };
        content.Position = 0;
        if (layout is { HeaderLine: 1, Encoding: var encoding } && encoding == TextEncoding.Utf8)
        {
            // All bytes were checked to be UTF-8, which the library reads without decoding.
            Reader = CsvReader.Create(content, options, true);
            return;
        }

        var text = new StreamReader(content, layout.Encoding.Decoder, detectEncodingFromByteOrderMarks: true, leaveOpen: true);
        try
        {
            for (_skipped = 0; _skipped < layout.HeaderLine - 1; _skipped++)
            {
                text.ReadLine();
            }
        }
        catch (DecoderFallbackException)
        {
            throw NoText();
        }

        Reader = CsvReader.Create(text, options, false);
    }

    public CsvReader Reader { get; }

    /// <summary>The line at which the current record starts, from 1.</summary>
    public int Line => LineOf(Reader.LineNumber);

    /// <exception cref="Domain.RefusalException"><c>invalid_dataset</c>: what follows is no CSV.</exception>
    public bool Read()
    {
        try
        {
            while (Reader.Read())
            {
                if (_hasStrayQuote)
                {
                    CheckQuotes();
                }

                if (!IsBlank())
                {
                    return true;
                }
            }

            return false;
        }
        catch (CsvFormatException exception)
        {
            throw Malformed(exception.LineNumber);
        }
        catch (DecoderFallbackException)
        {
            throw NoText();
        }
    }

    public string[] Fields()
    {
        var fields = new string[Reader.FieldCount];
        for (var i = 0; i < fields.Length; i++)
        {
            fields[i] = CsvNumber.Unprotected(Reader.GetString(i).Trim()).Trim();
        }

        return fields;
    }

    public void Dispose() => Reader.Dispose();

    private bool IsBlank()
    {
        for (var i = 0; i < Reader.FieldCount; i++)
        {
            if (!Reader.IsEmpty(i))
            {
                return false;
            }
        }

        return true;
    }

    private void OnMalformed(CsvMalformedRecord record)
    {
        if (record.Reason != CsvMalformedReason.StrayQuote)
        {
            throw Malformed(record.LineNumber);
        }

        _hasStrayQuote = true;
    }

    /// <summary>A quote inside of an unquoted field is allowed only where it protects a number, as in <c>="5.7"</c>.</summary>
    private void CheckQuotes()
    {
        _hasStrayQuote = false;
        for (var i = 0; i < Reader.FieldCount; i++)
        {
            var raw = Reader.GetRawSpan(i).Trim(" \t"u8);
            if (raw.StartsWith("\""u8) ? !IsQuoted(raw) : CsvNumber.Unprotected(raw).Contains((byte)'"'))
            {
                throw Malformed(Reader.LineNumber);
            }
        }
    }

    private static bool IsQuoted(ReadOnlySpan<byte> raw)
    {
        if (raw.Length < 2 || raw[^1] != '"')
        {
            return false;
        }

        // Inside, each quote is doubled.
        var inside = raw[1..^1];
        for (var i = inside.IndexOf((byte)'"'); i >= 0; i = inside.IndexOf((byte)'"'))
        {
            if (i + 1 == inside.Length || inside[i + 1] != '"')
            {
                return false;
            }

            inside = inside[(i + 2)..];
        }

        return true;
    }

    private int LineOf(long line) => (int)Math.Min(line + _skipped, int.MaxValue);

    private Domain.RefusalException NoText() =>
        DatasetRefusals.InvalidDataset($"The file has bytes that are no {_layout.Encoding.Name} text.");

    private Domain.RefusalException Malformed(long line) =>
        DatasetRefusals.InvalidDataset($"The file is no well-formed CSV: see line {LineOf(line)}.");
}
