using System.Net;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using ModelOps.Infrastructure.Tests.Trainer;
using ModelOps.TestSupport;

namespace ModelOps.Infrastructure.Tests.Identity;

/// <summary>The keys behind tokens and cookies, encrypted with a file that isn't in the database.</summary>
[Collection(TorchCollection.Name)]
[UnsupportedOSPlatform("windows")]
public sealed class KeyFileTests
{
    private const string Reason = "Windows has no modes.";

    [LinuxFact(Reason)]
    public async Task Keys_WithAKeyFile_AreStoredEncryptedAndTokensOutliveARestart()
    {
        using var folder = new TempFolder();
        var file = NewKeyFile(folder, "key");
        await using var first = Start(folder, file);
        using var admin = await first.AdminAsync();
        await first.TerminateAsync();

        Assert.All(await StoredKeysAsync(folder), AssertEncrypted);
        await using var second = Start(folder, file);
        await AssertSignedInAsync(second, admin);
    }

    [LinuxFact(Reason)]
    public async Task Keys_ThatWereStoredInClear_StayValidAndAreEncrypted()
    {
        using var folder = new TempFolder();
        await using var first = Start(folder, null);
        using var admin = await first.AdminAsync();
        await first.TerminateAsync();
        Assert.All(await StoredKeysAsync(folder), key => Assert.Contains("masterKey", key, StringComparison.Ordinal));

        await using var second = Start(folder, NewKeyFile(folder, "key"));
        await AssertSignedInAsync(second, admin);

        Assert.All(await StoredKeysAsync(folder), AssertEncrypted);
    }

    [LinuxFact(Reason)]
    public async Task Start_WithoutTheKeyFileOrWithAnother_SaysSoAndEnds()
    {
        using var folder = new TempFolder();
        await using (var first = Start(folder, NewKeyFile(folder, "key")))
        {
            await first.ListeningAsync();
            await first.TerminateAsync();
        }

        await AssertRefusedAsync(folder, null, "The database's keys are encrypted with a key file. Set ModelOps__KeyFile to that file.");
        await AssertRefusedAsync(
            folder, NewKeyFile(folder, "other"), "ModelOps__KeyFile isn't the file with which the database's keys are encrypted.");
    }

    [LinuxFact(Reason)]
    public async Task Start_WithAKeyFileThatCannotBe_SaysSoAndEnds()
    {
        using var folder = new TempFolder();
        var readable = NewKeyFile(folder, "readable");
        File.SetUnixFileMode(readable, UnixFileMode.UserRead | UnixFileMode.GroupRead);

        await AssertRefusedAsync(folder, folder["missing"], "ModelOps__KeyFile names a file that can't be read.");
        await AssertRefusedAsync(folder, folder.Path, "ModelOps__KeyFile names a file that can't be read.");
        await AssertRefusedAsync(folder, NewKeyFile(folder, "short", 31), "ModelOps__KeyFile must have 32 to 65536 bytes of random data.");
        await AssertRefusedAsync(folder, readable, "ModelOps__KeyFile must be readable by its owner alone: chmod 600.");
    }

    private static string NewKeyFile(TempFolder folder, string name, int bytes = 32)
    {
        File.WriteAllBytes(folder[name], RandomNumberGenerator.GetBytes(bytes));
        File.SetUnixFileMode(folder[name], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return folder[name];
    }

    private static ServiceProcess Start(TempFolder folder, string? keyFile) => ServiceProcess.Start(
        ("ModelOps__DataDirectory", folder["data"]), ("ModelOps__KeyFile", keyFile ?? ""));

    private static async Task AssertRefusedAsync(TempFolder folder, string? keyFile, string sentence)
    {
        await using var service = Start(folder, keyFile);
        Assert.Equal(1, await service.EndAsync());
        Assert.Equal(sentence, Assert.Single(service.Errors));
    }

    private static async Task AssertSignedInAsync(ServiceProcess service, HttpClient earlier)
    {
        using var client = await service.AnonymousAsync();
        client.DefaultRequestHeaders.Authorization = earlier.DefaultRequestHeaders.Authorization;
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/auth/me")).StatusCode);
    }

    private static void AssertEncrypted(string key)
    {
        Assert.Contains("KeyFileDecryptor", key, StringComparison.Ordinal);
        Assert.DoesNotContain("masterKey", key, StringComparison.Ordinal);
    }

    private static async Task<List<string>> StoredKeysAsync(TempFolder folder)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(folder["data"], "modelops.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = new SqliteCommand("""SELECT "Xml" FROM "DataProtectionKeys" """, connection);
        await using var reader = await command.ExecuteReaderAsync();
        List<string> keys = [];
        while (await reader.ReadAsync())
        {
            keys.Add(reader.GetString(0));
        }

        Assert.NotEmpty(keys);
        return keys;
    }
}
