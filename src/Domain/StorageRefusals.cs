namespace ModelOps.Domain;

/// <summary>The refusals for a full or unavailable storage of the server.</summary>
public static class StorageRefusals
{
    public const string FullCode = "insufficient_storage";

    public static RefusalException Full(Exception? inner = null) => new(
        RefusalKind.InsufficientStorage, FullCode, $"The server's storage is full. Nothing was kept; make room and try again.", inner);

    public static RefusalException Unavailable(Exception? inner = null) => new(
        RefusalKind.Unavailable, "storage_unavailable",
        $"The server's storage can't be written at the moment. Ask the operator, then train again.", inner);
}
