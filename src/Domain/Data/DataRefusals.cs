namespace ModelOps.Domain.Data;

/// <summary>The refusals for unsuitable training rows.</summary>
public static class DataRefusals
{
    /// <param name="available">Number of distinct rows (inputs and class).</param>
    public static RefusalException NotEnoughRecords(int available, int required) => new(
        RefusalKind.Unprocessable,
        "not_enough_records",
        $"A training needs at least {required:# different labelled record|# different labelled records}; there {available:is #|are #}. Copies count once.");

    public static RefusalException NotEnoughClasses() => new(
        RefusalKind.Unprocessable,
        "not_enough_classes",
        $"A training needs several rows of at least two of the classes Negative, Prediabetes and Diabetes.");
}
