namespace ModelOps.Domain.Records;

/// <summary>The refusals about labelled records.</summary>
public static class RecordRefusals
{
    public static RefusalException ImportInterrupted() => new(
        RefusalKind.Unavailable, "import_interrupted",
        $"The import was interrupted for too long, and nothing of it was kept. Send the file again.");
}
