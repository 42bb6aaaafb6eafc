namespace ModelOps.Domain.Datasets;

/// <summary>The refusals for datasets and uploads. They are defined in one place so that each code has one meaning.</summary>
public static class DatasetRefusals
{
    public const string NotFoundCode = "dataset_not_found";

    public static RefusalException NotFound(string name) => new(
        RefusalKind.NotFound, NotFoundCode, $"There is no dataset named {name}.");

    public static RefusalException InvalidName() => new(
        RefusalKind.Invalid, "invalid_dataset_name",
        $"A dataset's name has 1 to {Dataset.MaxName} characters out of letters, digits, dot, underscore and hyphen, doesn't start with a dot and ends in .csv.");

    public static RefusalException Exists(string name) => new(
        RefusalKind.Conflict, "dataset_exists", $"A dataset named {name} is there already. Choose another name, or delete the old one first.");

    public static RefusalException MissingColumns(IEnumerable<string> columns) => new(
        RefusalKind.Invalid, "missing_columns", $"The file lacks these columns: {string.Join(", ", columns)}.");

    /// <param name="problem">A sentence that describes the error without any value of the file.</param>
    public static RefusalException InvalidDataset(FormattableString problem) => new(RefusalKind.Invalid, "invalid_dataset", problem);

    public static RefusalException MissingFile() => new(
        RefusalKind.Invalid, "missing_file", $"Send the CSV as the part named file of a multipart/form-data request.");

    public static RefusalException TooLarge(long limit) => new(
        RefusalKind.TooLarge, "upload_too_large", $"The file is larger than the limit of {limit} bytes.");
}
