using System.IO.Compression;

namespace ModelOps.Application.Users.Passwords;

/// <summary>The shipped list of the commonest passwords; its README names source and licence.</summary>
internal static class CommonPasswords
{
    /// <summary>Whether the password is on the list, ignoring letter case.</summary>
    /// <remarks>The list is read at each call: passwords are set rarely, and reading takes milliseconds.</remarks>
    public static bool Contain(string password)
    {
        var folded = password.ToLowerInvariant();
        using var resource = typeof(CommonPasswords).Assembly.GetManifestResourceStream("common-passwords.txt.gz")!;
        using var text = new StreamReader(new GZipStream(resource, CompressionMode.Decompress));
        while (text.ReadLine() is { } line)
        {
            if (line == folded)
            {
                return true;
            }
        }

        return false;
    }
}
