namespace ModelOps.Client;

/// <summary>A CSV file to upload.</summary>
/// <param name="Content">Read once, from where it stands; the caller disposes it.</param>
/// <param name="Name">Ends in .csv; the dataset gets this name unless the upload gives another.</param>
public sealed record CsvFile(Stream Content, string Name)
{
    /// <summary>Opens a file of this computer.</summary>
    public static CsvFile Open(string path) => new(File.OpenRead(path), Path.GetFileName(path));
}
