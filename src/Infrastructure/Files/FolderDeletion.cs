namespace ModelOps.Infrastructure.Files;

internal static class FolderDeletion
{
    /// <summary>Deletes a folder. A folder that does not exist is not an error.</summary>
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

    /// <summary>Deletes as much as possible. Another process may still write to the folder; the next sweep deletes the rest.</summary>
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
