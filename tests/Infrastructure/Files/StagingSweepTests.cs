using ModelOps.Application.Training;
using ModelOps.Infrastructure.Files;

namespace ModelOps.Infrastructure.Tests.Files;

/// <summary>What dead processes left goes; what living ones write stays, however long they take.</summary>
public sealed class StagingSweepTests : IDisposable
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(61);

    private readonly TempFolder _folder = new();
    private readonly DataDirectory _directory;
    private readonly RunningClock _clock = new();
    private readonly StagingSweep _sweep;

    public StagingSweepTests()
    {
        _directory = new DataDirectory(_folder.Path);
        _directory.Create();
        _sweep = new StagingSweep(_directory, Timing.Default, _clock);
    }

    [Fact]
    public async Task Run_WithAFileThatNobodyHolds_RemovesItAfterAMinute()
    {
        await File.WriteAllTextAsync(InStaging("upload-dead"), "x");

        _sweep.Run(onlyProcess: false);
        _clock.Passed += TimeSpan.FromSeconds(50);
        _sweep.Run(onlyProcess: false);
        Assert.True(File.Exists(InStaging("upload-dead")));

        _clock.Passed += TimeSpan.FromSeconds(11);
        _sweep.Run(onlyProcess: false);
        Assert.False(File.Exists(InStaging("upload-dead")));
    }

    [Fact]
    public async Task Run_WithAFileThatGrows_LeavesIt()
    {
        for (var i = 0; i < 3; i++)
        {
            await File.AppendAllTextAsync(InStaging("upload-slow"), "x");
            _sweep.Run(onlyProcess: false);
            _clock.Passed += Idle;
        }

        Assert.True(File.Exists(InStaging("upload-slow")));
    }

    [Fact]
    public async Task Run_WithAnUploadOfALivingProcess_LeavesItUntilItIsOver()
    {
        var store = new DatasetStore(_directory, Timing.Default, _clock);
        using var rows = Samples.OnDisk(Path.Combine(_directory.Root, "some.rows"), Samples.Rows(20));
        await using (var upload = await store.StageAsync(new MemoryStream([1, 2, 3]), long.MaxValue, default))
        {
            _sweep.Run(onlyProcess: false);
            _clock.Passed += Idle;
            _sweep.Run(onlyProcess: false);
            store.Keep(upload, rows, 1, "a.csv");
        }

        await using var kept = store.OpenRead(1, "a.csv");
        Assert.Equal(3, kept.Length);
        Assert.Empty(Directory.GetFiles(_directory.Staging));
    }

    [Fact]
    public void Run_WithFolders_RemovesThoseOnTheirWayOut()
    {
        Directory.CreateDirectory(Path.Combine(InStaging($"{StagingSweep.Deleted}v20251111_153045-1"), "inner"));
        Directory.CreateDirectory(InStaging("another"));

        _sweep.Run(onlyProcess: false);
        Assert.Equal([InStaging("another")], Directory.GetDirectories(_directory.Staging));

        _sweep.Run(onlyProcess: true);
        Assert.Empty(Directory.GetDirectories(_directory.Staging));
    }

    [Fact]
    public async Task Run_WhenNobodyElseCanBeAtWork_RemovesEverythingAtOnce()
    {
        await File.WriteAllTextAsync(InStaging("upload-dead"), "x");

        _sweep.Run(onlyProcess: true);

        Assert.Empty(Directory.GetFiles(_directory.Staging));
    }

    public void Dispose() => _folder.Dispose();

    private string InStaging(string name) => Path.Combine(_directory.Staging, name);

    private sealed class RunningClock : TimeProvider
    {
        public TimeSpan Passed { get; set; }

        public override long GetTimestamp() => base.GetTimestamp() + (long)(Passed.TotalSeconds * TimestampFrequency);
    }
}
