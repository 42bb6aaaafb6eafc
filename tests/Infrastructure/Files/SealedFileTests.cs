using System.Text;
using ModelOps.Infrastructure.Files;

namespace ModelOps.Infrastructure.Tests.Files;

public sealed class SealedFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string FilePath => Path.Combine(_folder.Path, "sealed");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(65_535)]
    [InlineData(200_000)]
    public void Read_AtAnyPlace_GivesWhatWasWritten(int length)
    {
        var random = new Random(length);
        var bytes = new byte[length];
        random.NextBytes(bytes);
        using var file = new SealedFile(FilePath);
        for (var at = 0; at < length;)
        {
            var piece = Math.Min(length - at, random.Next(1, 100_000));
            file.Write(bytes.AsSpan(at, piece));
            at += piece;
        }

        for (var i = 0; i < 20; i++)
        {
            var from = random.Next(length + 1);
            file.Position = from;
            var read = new byte[length - from];
            file.ReadExactly(read);
            Assert.Equal(bytes[from..], read);
        }

        Assert.Equal(length, file.Length);
    }

    [Fact]
    public void File_WhileItIsThere_CannotBeReadAndGoesWithItsObject()
    {
        using (var file = new SealedFile(FilePath))
        {
            file.Write(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("NHC 17975;", 1_000))));
            file.Flush();
            using var other = new FileStream(FilePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var seen = new byte[10_000];
            other.ReadExactly(seen);
            Assert.DoesNotContain("NHC", Encoding.Latin1.GetString(seen), StringComparison.Ordinal);
        }

        Assert.False(File.Exists(FilePath));
    }

    public void Dispose() => _folder.Dispose();
}
