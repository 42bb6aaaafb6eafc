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

    /// <param name="headers">The headers that the file has, as a list. Empty if its first line doesn't look like headers.</param>
    public static RefusalException MissingColumns(IEnumerable<string> columns, string headers) => new(
        RefusalKind.Invalid, "missing_columns", headers.Length > 0
            ? (FormattableString)$"The file lacks these columns: {string.Join(", ", columns)}. Its headers are: {headers}. Say in a mapping which of them is which column."
            : $"The file lacks these columns: {string.Join(", ", columns)}. None of its first lines is a header.");

    /// <param name="problem">A sentence that describes the error without any value of the file.</param>
    public static RefusalException InvalidDataset(FormattableString problem) => new(RefusalKind.Invalid, "invalid_dataset", problem);

    /// <summary>The field of <see cref="RefusalException.Errors"/> with the codes that must be confirmed.</summary>
    public const string ConfirmField = "confirm";

    public const string ConfirmationNeededCode = "confirmation_needed";

    /// <param name="warning">What is implausible.</param>
    public static RefusalException ConfirmationNeeded(ColumnNote warning) => new(
        RefusalKind.Unprocessable, ConfirmationNeededCode,
        $"{warning.Detail} Nothing was kept. If it is right, send the file again with confirm={warning.Code}.")
    {
        Errors = new Dictionary<string, string[]> { [ConfirmField] = [warning.Code] },
    };

    public static RefusalException MappingNotFound() => new(
        RefusalKind.NotFound, "mapping_not_found", $"There is no saved mapping with this name.");

    public static RefusalException TooManyMappings() => new(
        RefusalKind.Conflict, "too_many_mappings",
        $"The service keeps at most {SavedMapping.MaxSaved:# mapping|# mappings}. Delete one that nobody needs.");

    public static RefusalException MissingFile() => new(
        RefusalKind.Invalid, "missing_file", $"Send the CSV as the part named file of a multipart/form-data request.");

    public static RefusalException TooLarge(long limit) => new(
        RefusalKind.TooLarge, "upload_too_large", $"The file is larger than the limit of {limit} bytes.");
}
