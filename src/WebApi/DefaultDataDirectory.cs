namespace ModelOps.WebApi;

/// <summary>
/// Where the data lie when the settings name no place: <c>mlModels</c> at the repository's root, or beside a published service.
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
