namespace ModelOps.Domain.Data;

/// <summary>The refusals for unsuitable training rows.</summary>
public static class DataRefusals
{
    /// <param name="available">Number of distinct rows (inputs and class).</param>
    public static RefusalException NotEnoughRecords(int available, int required) => new(
        RefusalKind.Unprocessable,
        "not_enough_records",
        $"A training needs at least {required:# different labelled record|# different labelled records}; there {available:is #|are #}. Copies count once.");

    /// <summary>For a training on the database and a dataset together, which the caller may not have meant.</summary>
    /// <param name="available">Number of distinct rows (inputs and class) in the database.</param>
    public static RefusalException NotEnoughRecordsBeside(int available, int required, string dataset) => new(
        RefusalKind.Unprocessable,
        "not_enough_records",
        $"A training on the database together with the dataset {dataset} needs at least {required:# different labelled record|# different labelled records} in the database; there {available:is #|are #}. Copies count once. To train on the dataset alone, set use_database to false.");

    public static RefusalException NotEnoughClasses() => new(
        RefusalKind.Unprocessable,
        "not_enough_classes",
        $"A training needs several rows of at least two of the classes Negative, Prediabetes and Diabetes.");
}
