namespace ModelOps.Domain.Records;

/// <summary>The refusals about labelled records.</summary>
public static class RecordRefusals
{
    public const string NotFoundCode = "record_not_found";

    public const string ImportNotFoundCode = "import_not_found";

    public static RefusalException NotFound() => new(
        RefusalKind.NotFound, NotFoundCode, $"There is no record with this id, or it was deleted.");

    public static RefusalException ImportNotFound() => new(
        RefusalKind.NotFound, ImportNotFoundCode, $"There is no import with this id, or it isn't complete yet.");

    public static RefusalException ImportInterrupted() => new(
        RefusalKind.Unavailable, "import_interrupted",
        $"The import was interrupted for too long, and nothing of it was kept. Send the file again.");
}
