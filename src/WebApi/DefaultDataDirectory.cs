namespace ModelOps.WebApi;

/// <summary>
/// The data directory if the settings name none: <c>mlModels</c> at the repository's root, or next to a published service.
/// </summary>
internal static class DefaultDataDirectory
{
    public const string Name = "mlModels";

    public static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ModelOps.sln")))
            {
                return Path.Combine(folder.FullName, Name);
            }
        }

        return Path.Combine(AppContext.BaseDirectory, Name);
    }
}
