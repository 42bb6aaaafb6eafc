using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Training;
using ModelOps.Domain;
using ModelOps.Domain.Datasets;
using ModelOps.Infrastructure.FaultInjection;

namespace ModelOps.Infrastructure.Files;

internal sealed class DatasetStore(DataDirectory directory, Timing timing, TimeProvider time) : IDatasetStore
{
    /// <summary>The suffix of a rows file's name. The dataset's id stands before it.</summary>
    private const string RowsSuffix = ".rows";

    private readonly Unchanged _unchanged = new(time);

    public async Task<IStagedUpload> StageAsync(Stream content, long maxBytes, CancellationToken cancellationToken)
    {
        var path = Path.Combine(directory.Staging, $"upload-{Guid.NewGuid():N}");
        var upload = new StagedUpload(path);
        try
        {
            await upload.FillAsync(content, maxBytes, directory.Reserve, cancellationToken);
            return upload;
        }
        catch (IOException exception) when (DurableFiles.IsDiskFull(exception))
        {
            await upload.DisposeAsync();
            throw StorageRefusals.Full(exception);
        }
        catch
        {
            await upload.DisposeAsync();
            throw;
        }
    }

    public void Keep(IStagedUpload? upload, IRows rows, long id, string name)
    {
        if (upload is not null)
        {
            ((StagedUpload)upload).MoveTo(PathOf(id, name));
            DurableFiles.FlushFolder(directory.Datasets);
        }

        KeepRows(rows, id);
        FaultPoints.Hit("upload.kept");
    }

    public void KeepRows(IRows rows, long id)
    {
        var path = RowsPathOf(id);
        var temporary = $"{path}.{Guid.NewGuid():N}";
        DurableFiles.LinkOrCopy(((RowsOnDisk)rows).Path, temporary);
        File.Move(temporary, path, overwrite: true);
        DurableFiles.FlushFolder(directory.Rows);
    }

    public IRows? FindRows(long id)
    {
        try
        {
            return RowsOnDisk.Keep(RowsPathOf(id));
        }
        catch (Exception exception) when (exception is FileNotFoundException or InvalidDataException)
        {
            return null;
        }
    }

    public Stream OpenRead(long id, string name)
    {
        try
        {
            var path = FindCsv(id) ?? throw DatasetRefusals.NotFound(name);
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw DatasetRefusals.NotFound(name);
        }
    }

    public void Delete(long id)
    {
        string[] files =
        [
            .. Directory.GetFiles(directory.Rows, string.Create(CultureInfo.InvariantCulture, $"{id}{RowsSuffix}*")),
            .. CsvFiles(id),
        ];
        Array.ForEach(files, File.Delete);
    }

    public IReadOnlySet<long> ListSettled(bool onlyProcess)
    {
        var files = Names(directory.Datasets).Concat(Names(directory.Rows)).ToList();
        var settled = _unchanged.For(timing.Settled, files.Select(file => (file, State: "")));
        return (onlyProcess ? files : settled).Select(DatasetOf).OfType<long>().ToHashSet();
    }

    private static IEnumerable<string> Names(string folder) => new DirectoryInfo(folder).EnumerateFiles().Select(file => file.Name);

    /// <summary>
    /// The dataset that a file belongs to; null when the name is neither a CSV file's nor a rows file's.
    /// A partly written rows file that a crash left belongs to its dataset, too.
    /// </summary>
    private static long? DatasetOf(string file)
    {
        var end = file.AsSpan().IndexOfAny('-', '.');
        if (end <= 0 || !long.TryParse(file.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return null;
        }

        var isRows = file.AsSpan(end).StartsWith(RowsSuffix, StringComparison.Ordinal);
        return isRows || (file[end] == '-' && Dataset.IsValidName(file[(end + 1)..])) ? id : null;
    }

    /// <summary>The dataset's CSV file. It keeps the name of the upload when the dataset is renamed, so it is found by the id.</summary>
    private string? FindCsv(long id) => CsvFiles(id).FirstOrDefault();

    private string[] CsvFiles(long id) =>
        Directory.GetFiles(directory.Datasets, string.Create(CultureInfo.InvariantCulture, $"{id}-*"));

    private string RowsPathOf(long id) =>
        Path.Combine(directory.Rows, string.Create(CultureInfo.InvariantCulture, $"{id}{RowsSuffix}"));

    private string PathOf(long id, string name) => Dataset.IsValidName(name)
        ? Path.Combine(directory.Datasets, string.Create(CultureInfo.InvariantCulture, $"{id}-{name}"))
        : throw new ArgumentException("Not a dataset's name.", nameof(name));

    /// <summary>
    /// An upload as it came. It may have references to patients, so nobody but this object can read the file; a crash leaves nothing that
    /// could be read. The file stays open, and its lock tells the sweep of other processes that it is in use.
    /// </summary>
    private sealed class StagedUpload(string path) : IStagedUpload
    {
        private SealedFile? _file;
        private string? _kept;

        public long Bytes { get; private set; }

        public string Sha256 { get; private set; } = "";

        public async Task FillAsync(Stream content, long maxBytes, StorageReserve reserve, CancellationToken cancellationToken)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
            try
            {
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                var file = _file = new SealedFile(path);
                for (int read; (read = await content.ReadAsync(buffer, cancellationToken)) > 0;)
                {
                    Bytes += read;
                    if (Bytes > maxBytes)
                    {
                        throw DatasetRefusals.TooLarge(maxBytes);
                    }

                    reserve.RequireRoom();
                    hash.AppendData(buffer, 0, read);
                    file.Write(buffer.AsSpan(0, read));
                }

                Sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        public Stream OpenRead()
        {
            var file = _file ?? throw new InvalidOperationException("The upload has no content yet.");
            file.Position = 0;
            return new UnownedStream(file);
        }

        /// <summary>Writes the content in plain. The second time, the file is moved.</summary>
        public void MoveTo(string destination)
        {
            if (_kept is null)
            {
                WritePlain(destination);
            }
            else
            {
                File.Move(_kept, destination, overwrite: false);
            }

            _kept = destination;
        }

        public async ValueTask DisposeAsync()
        {
            if (_file is not null)
            {
                await _file.DisposeAsync();
            }
        }

        private void WritePlain(string destination)
        {
            var plain = $"{path}-plain";
            try
            {
                using (var content = OpenRead())
                using (var file = new FileStream(plain, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
                {
                    content.CopyTo(file);
                    file.Flush(flushToDisk: true);
                }

                File.Move(plain, destination, overwrite: false);
            }
            catch
            {
                File.Delete(plain);
                throw;
            }
        }
    }
}
