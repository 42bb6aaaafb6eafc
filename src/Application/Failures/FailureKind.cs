namespace ModelOps.Application.Failures;

/// <summary>What in the environment failed.</summary>
public enum FailureKind
{
    /// <summary>Not a known transient failure: a defect or a refusal.</summary>
    Other = 0,

    /// <summary>The database can't be reached, is starting or stopping, or is locked. A later attempt can succeed.</summary>
    DatabaseUnavailable,

    /// <summary>A disk or a quota is full, in the data directory or under the database.</summary>
    InsufficientStorage,

    /// <summary>The data directory lost its permissions, or its file system became read-only or failed.</summary>
    StorageUnavailable,
}
