using System.Security.Cryptography;
using System.Text.Json;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Training;
using ModelOps.Domain;
using ModelOps.Domain.Versions;
using ModelOps.Infrastructure.Files;

namespace ModelOps.Infrastructure.Tests.Files;

public sealed class ArtifactStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TempFolder _trained = new();
    private readonly DataDirectory _directory;
    private readonly ArtifactStore _store;

    public ArtifactStoreTests()
    {
        _directory = new DataDirectory(_folder.Path);
        _directory.Create();
        _store = new ArtifactStore(_directory, new RowsFiles(_directory),
            new StagingSweep(_directory, Timing.Default, TimeProvider.System));
        File.WriteAllText(_trained["model.safetensors"], "weights");
        File.WriteAllText(_trained["scaler.json"], "{}");
    }

    public static TheoryData<string> NoNames { get; } = new(
        "", ".", "..", "../x", "..\\x", "v20251111_153045/..", "/etc/passwd", "v20251111_153045\n", "v20251111_153045\0",
            "V20251111_153045",
        "v2025111_153045", "v20251111_153045_0", "ｖ20251111_153045", "v20251111_153045_1234567", "%2e%2e%2f");

    [Fact]
    public void Publish_WhenDone_LeavesAWholeVersionAndNothingElse()
    {
        var published = Versions.Publish(_store, _trained.Path);

        Assert.Equal(("v20251111_153045", Samples.Now), (published.Version, published.CreatedAt));
        Assert.Equal(
            ["manifest.json", "metadata.json", "model.safetensors", "scaler.json"], published.Files.Select(f => f.Name)
                .Order(StringComparer.Ordinal));
        Assert.Equal(published.Files.Select(f => f.Name).Order(), Directory.GetFiles(Folder(published)).Select(Path.GetFileName).Order());
        Assert.All(published.Files, f =>
        {
            var bytes = File.ReadAllBytes(Path.Combine(Folder(published), f.Name));
            Assert.Equal((bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes))), (f.Bytes, f.Sha256));
        });
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Staging));
    }

    [Fact]
    public void Publish_WhenDone_WritesAManifestOfTheOtherFiles()
    {
        var published = Versions.Publish(_store, _trained.Path);

        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder(published), "manifest.json")));

        Assert.Equal(
            published.Files.Where(f => f.Name != "manifest.json"),
            manifest.RootElement.GetProperty("files").EnumerateArray().Select(f => new ArtifactFile(
                f.GetProperty("name").GetString()!, f.GetProperty("bytes").GetInt64(), f.GetProperty("sha256").GetString()!)));
    }

    [Fact]
    public void Publish_WhenDone_WritesMetadataThatOutsideReadersNeed()
    {
        var specification = Samples.Specification();
        var published = Versions.Publish(_store, _trained.Path, specification);

        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder(published), "metadata.json")));
        var metadata = document.RootElement;

        Assert.Equal("mlp-bn", metadata.GetProperty("architecture").GetString());
        Assert.Equal("diabetes-1", metadata.GetProperty("schema").GetString());
        Assert.Equal(["HbA1c", "AGE", "BMI", "Gender"], metadata.GetProperty("features").EnumerateArray().Select(f => f.GetString()));
        Assert.Equal(["Negative", "Prediabetes", "Diabetes"], metadata.GetProperty("classes").EnumerateArray().Select(f => f.GetString()));
        Assert.Equal(published.Version, metadata.GetProperty("version").GetString());
        Assert.Equal(specification.JobId, metadata.GetProperty("job_id").GetGuid());
        Assert.Equal(Samples.Now, metadata.GetProperty("created_at").GetDateTime());
        Assert.Equal("database", metadata.GetProperty("data_source").GetString());
        Assert.Equal(0.0025, metadata.GetProperty("parameters").GetProperty("learning_rate").GetDouble());
        Assert.Equal(60, metadata.GetProperty("summary").GetProperty("data_rows").GetInt32());
    }

    [Fact]
    public void Publish_TwiceInOneSecond_GivesTheSecondAnotherName()
    {
        Assert.Equal("v20251111_153045", Versions.Publish(_store, _trained.Path).Version);
        Assert.Equal("v20251111_153045_2", Versions.Publish(_store, _trained.Path).Version);
        Assert.Equal("v20251111_153045_3", Versions.Publish(_store, _trained.Path).Version);
        Assert.Equal("v20251111_153046", Versions.Publish(_store, _trained.Path, now: Samples.Now.AddSeconds(1)).Version);
    }

    [Fact]
    public async Task Publish_FromManyAtOnce_GivesEachItsOwnWholeVersion()
    {
        using var start = new Barrier(20);

        var published = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                return Versions.Publish(_store, _trained.Path);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.Equal(20, published.Select(p => p.Version).Distinct().Count());
        Assert.Equal(20, _store.ListVersions().Count);
        foreach (var each in published)
        {
            Assert.Equal(4, (await _store.ReadVerifiedAsync(each.Version, each.Files, default)).Count);
            using var metadata = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder(each), "metadata.json")));
            Assert.Equal(each.Version, metadata.RootElement.GetProperty("version").GetString());
        }

        Assert.Empty(Directory.GetFileSystemEntries(_directory.Staging));
    }

    [Fact]
    public void Publish_WhenTheOutputIsGone_LeavesNothing()
    {
        Assert.ThrowsAny<IOException>(() => Versions.Publish(_store, _trained["missing"]));

        Assert.Empty(_store.ListVersions());
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Staging));
    }

    [Fact]
    public async Task ReadVerifiedAsync_WhenNothingChanged_GivesEveryFile()
    {
        var published = Versions.Publish(_store, _trained.Path);

        var files = await _store.ReadVerifiedAsync(published.Version, published.Files, default);

        Assert.Equal("weights"u8.ToArray(), files["model.safetensors"]);
        Assert.Equal(4, files.Count);
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("metadata.json")]
    [InlineData("manifest.json")]
    public async Task ReadVerifiedAsync_WhenAFileChanged_Refuses(string file)
    {
        var published = Versions.Publish(_store, _trained.Path);
        var path = Path.Combine(Folder(published), file);
        var bytes = await File.ReadAllBytesAsync(path);
        foreach (var altered in (byte[][])[[.. bytes[..^1], (byte)(bytes[^1] ^ 1)], bytes[..^1], [], [.. bytes, 0]])
        {
            await File.WriteAllBytesAsync(path, altered);
            await AssertCorruptAsync(published);
        }

        File.Delete(path);
        await AssertCorruptAsync(published);
        Directory.CreateDirectory(path);
        await AssertCorruptAsync(published);
        Directory.Delete(path);
        await File.WriteAllBytesAsync(path, bytes);
        Assert.Equal(4, (await _store.ReadVerifiedAsync(published.Version, published.Files, default)).Count);
    }

    [Fact]
    public async Task ReadVerifiedAsync_WhenTheVersionIsGone_Refuses()
    {
        var published = Versions.Publish(_store, _trained.Path);
        _store.DeleteVersion(published.Version);

        await AssertCorruptAsync(published);
        Assert.Equal("artifact_corrupt", Assert.Throws<RefusalException>(() => _store.OpenFile(published.Version, "scaler.json")).Code);
    }

    [Fact]
    public void DeleteVersion_Twice_IsDoneOnce()
    {
        var gone = Versions.Publish(_store, _trained.Path);
        var kept = Versions.Publish(_store, _trained.Path);

        _store.DeleteVersion(gone.Version);
        _store.DeleteVersion(gone.Version);

        Assert.Equal([kept.Version], _store.ListVersions().Select(v => v.Version));
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Staging));
    }

    [Fact]
    public void DeleteVersion_WhileItsFileIsRead_LetsTheReaderFinish()
    {
        var published = Versions.Publish(_store, _trained.Path);
        using var reading = _store.OpenFile(published.Version, "model.safetensors");

        _store.DeleteVersion(published.Version);

        using var text = new StreamReader(reading);
        Assert.Equal("weights", text.ReadToEnd());
    }

    [Fact]
    public void ListVersions_WithForeignFolders_IgnoresThem()
    {
        var specification = Samples.Specification();
        var published = Versions.Publish(_store, _trained.Path, specification);
        foreach (var name in (string[])["lost+found", ".hidden", "v1", "v20251111_153045_x"])
        {
            Directory.CreateDirectory(Path.Combine(_directory.Versions, name));
        }

        File.WriteAllText(Path.Combine(_directory.Versions, "v20251111_153047"), "a file");
        Directory.CreateDirectory(Path.Combine(_directory.Versions, "v20251111_153048"));
        Directory.CreateDirectory(Path.Combine(_directory.Versions, "v20251111_153049"));

        Assert.Equal(
            [(published.Version, specification.JobId), ("v20251111_153048", (Guid?)null), ("v20251111_153049", null)],
            _store.ListVersions().OrderBy(v => v.Version, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("{\"job_id\":7}")]
    [InlineData("{\"job_id\":\"7\"}")]
    [InlineData("{\"job_id\":null}")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"job_id\":")]
    [InlineData("")]
    public void ListVersions_WhenTheMetadataDoNotNameAJob_SaysSo(string metadata)
    {
        Directory.CreateDirectory(Path.Combine(_directory.Versions, "v20251111_153049"));
        File.WriteAllText(Path.Combine(_directory.Versions, "v20251111_153049", "metadata.json"), metadata);

        Assert.Equal([("v20251111_153049", (Guid?)null)], _store.ListVersions());
    }

    [Theory]
    [MemberData(nameof(NoNames))]
    public async Task Methods_WithANameThatIsNoVersion_Throw(string name)
    {
        Directory.CreateDirectory(_folder["x"]);

        Assert.Throws<ArgumentException>(() => _store.DeleteVersion(name));
        Assert.Throws<ArgumentException>(() => _store.OpenFile(name, "metadata.json"));
        await Assert.ThrowsAsync<ArgumentException>(() =>
            _store.ReadVerifiedAsync(name, [new ArtifactFile("metadata.json", 1, "")], default));
        Assert.True(Directory.Exists(_directory.Versions) && Directory.Exists(_folder["x"]));
    }

    [Fact]
    public void WriteActivePointer_WhenThereIsOne_ReplacesItWhole()
    {
        _store.WriteActivePointer(new ActivePointer("v20251111_153045", 1, Samples.Now, "ann@example.org", []));
        _store.WriteActivePointer(new ActivePointer("v20251111_153046", 2, Samples.Now, "bob@example.org",
            [new ArtifactFile("a", 3, "ff")]));

        using var pointer = JsonDocument.Parse(File.ReadAllBytes(_directory.ActivePointer));
        Assert.Equal("v20251111_153046", pointer.RootElement.GetProperty("active_model").GetString());
        Assert.Equal(2, pointer.RootElement.GetProperty("epoch").GetInt64());
        Assert.Equal([_directory.ActivePointer], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void IsWritable_WhenItIs_LeavesNoProbe()
    {
        Assert.True(_store.IsWritable());
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Staging));
    }

    [Fact]
    public void IsWritable_WhenTheFolderIsGone_SaysNo()
    {
        Directory.Delete(_directory.Staging);

        Assert.False(_store.IsWritable());
    }

    public void Dispose()
    {
        _folder.Dispose();
        _trained.Dispose();
    }

    private string Folder(PublishedArtifact published) => Path.Combine(_directory.Versions, published.Version);

    private async Task AssertCorruptAsync(PublishedArtifact published) => Assert.Equal(
        "artifact_corrupt",
        (await Assert.ThrowsAsync<RefusalException>(() => _store.ReadVerifiedAsync(published.Version, published.Files, default))).Code);
}
