namespace ModelOps.Domain.Versions;

/// <summary>The refusals for versions. They are defined in one place so that each code has one meaning.</summary>
public static class VersionRefusals
{
    public static RefusalException VersionNotFound() => new(
        RefusalKind.NotFound, "version_not_found", $"There is no version with this name.");

    public static RefusalException FileNotFound() => new(
        RefusalKind.NotFound, "file_not_found", $"The version has no file with this name.");

    public static RefusalException ActiveModelChanged(string? active) => new(
        RefusalKind.Conflict, "active_model_changed",
        $"The active version is not the expected one any more; it is {active ?? "none"} now. Look again before you decide.");

    public static RefusalException ArtifactCorrupt(string version, Exception? inner = null) => new(
        RefusalKind.Conflict, "artifact_corrupt",
        $"A file of {version} is missing or altered, so it can't be used. The model in service is unchanged.", inner);

    public static RefusalException RowsRemoved(string version) => new(
        RefusalKind.Conflict, "version_rows_removed",
        $"The rows that {version} was made of were removed after the time for which this installation keeps them. It can still be used, but neither compared nor reproduced.");

    public static RefusalException NothingToRollBackTo() => new(
        RefusalKind.Conflict, "nothing_to_roll_back_to", $"No earlier active version exists any more.");

    public static RefusalException VersionIsActive(string version) => new(
        RefusalKind.Conflict, "version_is_active", $"{version} is in service and can't be deleted. Activate another version first.");

    public static RefusalException VersionsAreEqual() => new(
        RefusalKind.Unprocessable, "versions_are_equal", $"Baseline and candidate are the same version. Name two different ones.");

    public static RefusalException NothingToCompareOn() => new(
        RefusalKind.Unprocessable, "nothing_to_compare_on",
        $"Both versions have no row in common that neither of them has learned from. Add labelled records, then compare again.");

    public static RefusalException NoActiveModel(RefusalKind kind) => new(
        kind, "no_active_model", $"No version is in service yet. An administrator can train and activate one.");

    public static RefusalException ModelNotLoaded() => new(
        RefusalKind.Unavailable, "model_not_loaded", $"The active version can't be loaded at the moment. Try again shortly.");
}
