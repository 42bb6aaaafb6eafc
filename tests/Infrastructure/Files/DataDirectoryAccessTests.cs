using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using ModelOps.Infrastructure.Files;
using ModelOps.Infrastructure.Tests.Trainer;
using ModelOps.TestSupport;

namespace ModelOps.Infrastructure.Tests.Files;

/// <summary>Other users of the machine read nothing of the data directory.</summary>
[Collection(TorchCollection.Name)]
[UnsupportedOSPlatform("windows")]
public sealed class DataDirectoryAccessTests
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const string Reason = "Windows has no modes.";

    [LinuxFact(Reason)]
    public async Task Start_OnANewDirectory_MakesFoldersAndFilesForItsUserAlone()
    {
        using var folder = new TempFolder();
        var data = folder["data"];
        await using var service = ServiceProcess.Start(("ModelOps__DataDirectory", data));
        using var admin = await service.AdminAsync();
        await UploadAndTrainAsync(admin);

        AssertPrivate(data);
        Assert.Contains(Entries(data), entry => entry.EndsWith("model.safetensors", StringComparison.Ordinal));
        Assert.Contains(Entries(data), entry => entry.EndsWith("modelops.db-wal", StringComparison.Ordinal));
    }

    [LinuxFact(Reason)]
    public async Task Start_OnAnEarlierBuildsDirectory_TightensItsModes()
    {
        using var folder = new TempFolder();
        await using (var first = ServiceProcess.Start(("ModelOps__DataDirectory", folder.Path)))
        {
            using var admin = await first.AdminAsync();
            await UploadAndTrainAsync(admin);
            await first.TerminateAsync();
        }

        foreach (var entry in Entries(folder.Path))
        {
            File.SetUnixFileMode(entry, File.GetUnixFileMode(entry) | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        await using var second = ServiceProcess.Start(("ModelOps__DataDirectory", folder.Path));
        await second.ListeningAsync();

        AssertPrivate(folder.Path);
        Assert.DoesNotContain("may read", second.Output, StringComparison.Ordinal);
    }

    [LinuxFact(Reason)]
    public async Task Start_WithAccessForTheGroup_LetsTheGroupInAndNobodyElse()
    {
        using var folder = new TempFolder();
        var data = folder["data"];
        await using var service = ServiceProcess.Start(("ModelOps__DataDirectory", data), ("ModelOps__Files__Access", "Group"));
        await service.ListeningAsync();

        Assert.Equal(Mode("770"), File.GetUnixFileMode(data));
        Assert.Equal(Mode("660"), File.GetUnixFileMode(Path.Combine(data, "modelops.lock")));
    }

    [RootFact]
    public void Prepare_OnAMountThatRefuses_TellsTheOperator()
    {
        using var folder = new TempFolder();
        var directory = new DataDirectory(folder.Path);
        directory.Create();
        foreach (var path in directory.Folders)
        {
            File.SetUnixFileMode(path, Mode(path == directory.Versions ? "755" : "700"));
        }

        using var mount = SmallDisk.TryProtect(folder.Path);
        Assert.NotNull(mount);
        var log = new Lines();

        new DataDirectoryAccess(new InfrastructureSettings(null, folder.Path, 1), directory, log).Prepare();

        Assert.StartsWith("Other users of this machine may read 1 files or folders", Assert.Single(log.Written), StringComparison.Ordinal);
    }

    private static async Task UploadAndTrainAsync(HttpClient admin)
    {
        var csv = new MemoryStream();
        Infrastructure.Csv.SampleCsv.Write(csv, 60, 1);
        using var uploaded = await admin.PostAsync(
            "/model/upload-dataset", new MultipartFormDataContent { { new ByteArrayContent(csv.ToArray()), "file", "rows.csv" } });
        uploaded.EnsureSuccessStatusCode();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/model/retrain")
        {
            Content = System.Net.Http.Json.JsonContent.Create(
                new { use_database = false, dataset_name = "rows.csv", architecture = "mlp-bn", epochs = 1 }),
        };
        request.Headers.Add("Prefer", "wait=60");
        using var trained = await admin.SendAsync(request);
        Assert.Equal(System.Net.HttpStatusCode.OK, trained.StatusCode);
    }

    private static UnixFileMode Mode(string octal) => (UnixFileMode)Convert.ToInt32(octal, 8);

    private static void AssertPrivate(string folder) =>
        Assert.DoesNotContain(Entries(folder), entry => (File.GetUnixFileMode(entry) & Others) != 0);

    private static string[] Entries(string folder) =>
        [folder, .. Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories)];

    private sealed class Lines : ILogger<DataDirectoryAccess>
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => Written.Add(formatter(state, exception));
    }
}
