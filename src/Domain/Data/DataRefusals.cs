namespace ModelOps.Domain.Data;

/// <summary>The refusals for unsuitable training rows.</summary>
public static class DataRefusals
{
    public static RefusalException NotEnoughRecords(int available, int required) => new(
        RefusalKind.Unprocessable,
        "not_enough_records",
        $"A training needs at least {required:# labelled record|# labelled records}; there {available:is #|are #}.");

    public static RefusalException NotEnoughClasses() => new(
        RefusalKind.Unprocessable,
        "not_enough_classes",
        $"A training needs several rows of at least two of the classes Negative, Prediabetes and Diabetes.");
}
