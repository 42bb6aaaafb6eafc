using ModelOps.Application.Abstractions;
using ModelOps.Domain.Data;

namespace ModelOps.Infrastructure.Files;

/// <summary>A rows file that stays open while it is in use. The lock on a temporary file tells the sweep that the file is in use.</summary>
internal sealed class RowsOnDisk : IRows
{
    private readonly FileStream _held;
    private readonly bool _temporary;

    private RowsOnDisk(string path, bool temporary)
    {
        Path = path;
        _temporary = temporary;
        _held = Open(path);
        try
        {
            Header = RowsFile.ReadHeader(_held);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Path { get; }

    public RowsHeader Header { get; }

    /// <exception cref="InvalidDataException">The file is not a rows file.</exception>
    public static RowsOnDisk Keep(string path) => new(path, temporary: false);

    /// <summary>Opens a rows file that is deleted when this object is disposed.</summary>
    public static RowsOnDisk Temporary(string path) => new(path, temporary: true);

    /// <summary>Writes rows, given in canonical order, to a new temporary file and flushes it to disk.</summary>
    public static RowsOnDisk WriteTemporary(string path, IEnumerable<CountedRow> rows, SplitKey key, bool hasPatients = false)
    {
        try
        {
            using (var stream = new FileStream(
                path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, bufferSize: 0))
            {
                RowsFile.Write(stream, rows, key, hasPatients);
                stream.Flush(flushToDisk: true);
            }

            return Temporary(path);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    public Stream Open() => Open(Path);

    public IEnumerable<CountedRow> Read()
    {
        using var stream = Open();
        foreach (var row in RowsFile.ReadRows(stream, RowsFile.ReadHeader(stream).HasPatients))
        {
            yield return row;
        }
    }

    public void Dispose()
    {
        _held.Dispose();
        if (_temporary)
        {
            File.Delete(Path);
        }
    }

    private static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, FileOptions.SequentialScan);
}
