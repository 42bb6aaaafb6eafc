using ModelOps.Application.Abstractions;
using ModelOps.Domain.Data;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Files;

internal sealed class RowsFiles(DataDirectory directory) : IRowsFiles
{
    public IRowsCollector Collect(SplitKey key, bool asGiven = false) => new Collector(this, key, asGiven);

    public RowsSorter NewSorter() => new(NewRun);

    public IRows Merge(SplitKey key, params IReadOnlyList<IRows> sources) => DurableFiles.Guard<IRows>(() =>
    {
        var hasPatients = sources.Any(source => source.Header.HasPatients);
        var rows = RowsSorter.Merge([.. sources.Select(source => source.Read())]);
        return RowsOnDisk.WriteTemporary(NewPath(), hasPatients ? RowsSorter.WithoutUnknownCopies(rows) : rows, key, hasPatients);
    });

    /// <summary>A temporary file for one sorted run of an external merge sort. The file is deleted when it is closed.</summary>
    public Stream NewRun() => NewRun(NewPath());

    /// <remarks>The sorter writes large pieces. Without a buffer, closing the file never fails on a full disk.</remarks>
    public static Stream NewRun(string path) =>
        new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);

    /// <summary>Refuses a piece of a large file where the disk is nearly full.</summary>
    public void RequireRoom() => directory.Reserve.RequireRoom();

    /// <summary>A path for a temporary file in the staging folder. The sweep deletes the file if a crash leaves it there.</summary>
    public string NewPath() => Path.Combine(directory.Staging, $"rows-{Guid.NewGuid():N}");

    private sealed class Collector(RowsFiles files, SplitKey key, bool asGiven) : IRowsCollector
    {
        private readonly RowsSorter _sorter = new(files.NewRun);

        public void Add(LabelledExample row, PatientToken patient)
        {
            try
            {
                _sorter.Add(row, patient);
            }
            catch (IOException exception) when (DurableFiles.IsDiskFull(exception))
            {
                throw Domain.StorageRefusals.Full(exception);
            }
        }

        public IRows Complete() => DurableFiles.Guard<IRows>(() =>
        {
            var rows = _sorter.Sorted(key);
            return RowsOnDisk.WriteTemporary(
                files.NewPath(),
                _sorter.HasPatients && !asGiven ? RowsSorter.WithoutUnknownCopies(rows) : rows,
                key,
                _sorter.HasPatients);
        });

        public void Dispose() => _sorter.Dispose();
    }
}
