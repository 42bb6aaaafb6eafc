using System.Security.Cryptography;
using ModelOps.Application.Training;
using ModelOps.Domain;
using ModelOps.Infrastructure.Files;

namespace ModelOps.Infrastructure.Tests.Files;

public sealed class DatasetStoreTests : IDisposable
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 200_000).Select(i => (byte)i)];

    private readonly TempFolder _folder = new();
    private readonly DataDirectory _directory;
    private readonly ShiftedClock _clock = new();
    private readonly DatasetStore _store;
    private readonly RowsOnDisk _rows;

    public DatasetStoreTests()
    {
        _directory = new DataDirectory(_folder.Path);
        _directory.Create();
        _store = new DatasetStore(_directory, Timing.Default, _clock);
        _rows = Samples.OnDisk(_folder["some.rows"], Samples.Rows(20));
    }

    [Fact]
    public async Task StageAsync_WhenDisposedWithoutBeingKept_LeavesNothing()
    {
        await using (var upload = await _store.StageAsync(new MemoryStream(Content), Content.Length, default))
        {
            Assert.Equal((Content.Length, Convert.ToHexStringLower(SHA256.HashData(Content))), (upload.Bytes, upload.Sha256));
            await using var read = upload.OpenRead();
            Assert.Equal(Content, await BytesAsync(read));
            Assert.Single(Directory.GetFiles(_directory.Staging));
        }

        Assert.Empty(Directory.GetFiles(_directory.Staging));
    }

    [Fact]
    public async Task StageAsync_WithOneByteTooMany_RefusesAndLeavesNothing()
    {
        var refusal = await Assert.ThrowsAsync<RefusalException>(() =>
            _store.StageAsync(new MemoryStream(Content), Content.Length - 1, default));

        Assert.Equal("upload_too_large", refusal.Code);
        Assert.Empty(Directory.GetFiles(_directory.Staging));
    }

    [Fact]
    public async Task StageAsync_WhenTheClientHangsUp_LeavesNothing()
    {
        await Assert.ThrowsAsync<IOException>(() => _store.StageAsync(new BreakingStream(), long.MaxValue, default));

        Assert.Empty(Directory.GetFiles(_directory.Staging));
    }

    [Fact]
    public async Task Keep_WhenStaged_PutsItInPlaceForGood()
    {
        await using (var upload = await _store.StageAsync(new MemoryStream(Content), long.MaxValue, default))
        {
            _store.Keep(upload, _rows, 7, "a.csv");
        }

        await using (var read = _store.OpenRead(7, "a.csv"))
        {
            Assert.Equal(Content, await BytesAsync(read));
        }

        Assert.Empty(Directory.GetFiles(_directory.Staging));
        Assert.Equal(["7.rows"], Directory.GetFiles(_directory.Rows).Select(Path.GetFileName));
        Assert.Equal(["7-a.csv"], Directory.GetFiles(_directory.Datasets).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using var rows = _store.FindRows(7);
        Assert.Equal(_rows.Read(), rows!.Read());
        Assert.Null(_store.FindRows(8));
    }

    [Fact]
    public async Task Keep_AgainWithAnotherId_MovesIt()
    {
        await using var upload = await _store.StageAsync(new MemoryStream(Content), long.MaxValue, default);
        _store.Keep(upload, _rows, 7, "a.csv");
        _store.Keep(upload, _rows, 8, "a.csv");

        Assert.Equal(["8-a.csv"], Directory.GetFiles(_directory.Datasets, "*.csv").Select(Path.GetFileName));
        using var rows = _store.FindRows(8);
        Assert.Equal(_rows.Read(), rows!.Read());
    }

    [Fact]
    public async Task Keep_WhereAFileIs_KeepsThatFile()
    {
        await using var first = await _store.StageAsync(new MemoryStream([1]), long.MaxValue, default);
        await using var second = await _store.StageAsync(new MemoryStream([2]), long.MaxValue, default);
        _store.Keep(first, _rows, 7, "a.csv");

        Assert.ThrowsAny<IOException>(() => _store.Keep(second, _rows, 7, "a.csv"));
        Assert.Equal([1], await File.ReadAllBytesAsync(Path.Combine(_directory.Datasets, "7-a.csv")));
    }

    [Theory]
    [InlineData("../a.csv")]
    [InlineData("a/b.csv")]
    [InlineData(".hidden.csv")]
    [InlineData("con.csv")]
    [InlineData("a.txt")]
    [InlineData("a.csv\0")]
    [InlineData("a\n.csv")]
    public async Task Keep_WithANameThatIsNone_Throws(string name)
    {
        await using var upload = await _store.StageAsync(new MemoryStream([1]), long.MaxValue, default);

        Assert.Throws<ArgumentException>(() => _store.Keep(upload, _rows, 1, name));
        Assert.Throws<RefusalException>(() => _store.OpenRead(1, name));
    }

    [Fact]
    public async Task Delete_WhenItIsThere_TakesItAwayOnce()
    {
        await using var upload = await _store.StageAsync(new MemoryStream(Content), long.MaxValue, default);
        _store.Keep(upload, _rows, 7, "a.csv");

        _store.Delete(7);
        _store.Delete(7);

        Assert.Null(_store.FindRows(7));
        Assert.Equal("dataset_not_found", Assert.Throws<RefusalException>(() => _store.OpenRead(7, "a.csv")).Code);
    }

    [Fact]
    public async Task ListSettled_WhenAFileIsYoungerThanAMinute_LeavesItOut()
    {
        await using var upload = await _store.StageAsync(new MemoryStream(Content), long.MaxValue, default);
        _store.Keep(upload, _rows, 7, "A-1.csv");
        await File.WriteAllTextAsync(Path.Combine(_directory.Datasets, "README"), "");
        await File.WriteAllTextAsync(Path.Combine(_directory.Datasets, "x-a.csv"), "");
        await File.WriteAllTextAsync(Path.Combine(_directory.Datasets, "-1-a.csv"), "");

        Assert.Empty(_store.ListSettled(onlyProcess: false));
        _clock.Shift = TimeSpan.FromSeconds(50);
        Assert.Empty(_store.ListSettled(onlyProcess: false));
        _clock.Shift = TimeSpan.FromSeconds(61);
        Assert.Equal([7L], _store.ListSettled(onlyProcess: false));
    }

    [Fact]
    public async Task ListSettled_WhenTheFileServersClockIsWrong_StillWaitsAMinute()
    {
        await using var upload = await _store.StageAsync(new MemoryStream(Content), long.MaxValue, default);
        _store.Keep(upload, _rows, 7, "a.csv");
        File.SetLastWriteTimeUtc(Path.Combine(_directory.Datasets, "7-a.csv"), DateTime.UtcNow.AddHours(-1));

        Assert.Empty(_store.ListSettled(onlyProcess: false));
        Assert.Equal([7L], _store.ListSettled(onlyProcess: true));
    }

    [Fact]
    public void Delete_OfWhatOnlyARowsFileIsLeft_TakesItAway()
    {
        _store.KeepRows(_rows, 9);
        Assert.Equal([9L], _store.ListSettled(onlyProcess: true));

        _store.Delete(9);

        Assert.Empty(Directory.GetFiles(_directory.Rows));
    }

    public void Dispose()
    {
        _rows.Dispose();
        _folder.Dispose();
    }

    private static async Task<byte[]> BytesAsync(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }

    private sealed class ShiftedClock : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override long GetTimestamp() => base.GetTimestamp() + (long)(Shift.TotalSeconds * TimestampFrequency);
    }

    private sealed class BreakingStream() : MemoryStream(Content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position > 100_000 ? throw new IOException("The client hung up.")
                : base.ReadAsync(buffer[..Math.Min(buffer.Length, 30_000)], cancellationToken);
    }
}
