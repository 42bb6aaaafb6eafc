namespace ModelOps.Domain.Predictions;

/// <summary>The refusals for predictions. They are defined in one place so that each code has one meaning.</summary>
public static class PredictionRefusals
{
    public static RefusalException NotFound() => new(
        RefusalKind.NotFound, "prediction_not_found", $"There is no prediction with this id, or it is no longer kept.");

    public static RefusalException NotLabelled() => new(
        RefusalKind.Conflict, "not_labelled", $"This prediction has no recorded diagnosis that could be corrected. Record one first.");

    public static RefusalException AlreadyLabelled() => new(
        RefusalKind.Conflict, "already_labelled",
        $"This prediction has another confirmed outcome already, and a record was made of it. Correct it with a reason instead.");
}
