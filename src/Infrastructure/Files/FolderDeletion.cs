namespace ModelOps.Infrastructure.Files;

internal static class FolderDeletion
{
    /// <summary>Deletes a folder that may be gone already.</summary>
    public static void Delete(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    /// <summary>Deletes what can be deleted now: another process may be writing there still, and the sweep comes again.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }
}
