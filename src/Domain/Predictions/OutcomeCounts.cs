using ModelOps.Domain.Features;

namespace ModelOps.Domain.Predictions;

/// <summary>
/// One cell of a version's confusion matrix: how many of its predictions of a class have a certain confirmed class. Kept as
/// <see cref="Records.RecordCount"/> is.
/// </summary>
public sealed class OutcomeCount
{
    private OutcomeCount()
    {
    }

    /// <inheritdoc cref="Prediction.Version"/>
    public string Version { get; private set; } = "";

    public DiabetesClass ConfirmedClass { get; private set; }

    /// <summary>The predicted class.</summary>
    public DiabetesClass Class { get; private set; }

    public long Predictions { get; private set; }
}

/// <summary>
/// How many predictions of one day have a confirmed outcome, of all versions together. Kept as <see cref="Records.RecordCount"/> is.
/// </summary>
public sealed class OutcomeDay
{
    private OutcomeDay()
    {
    }

    /// <summary>The day of the predictions, in UTC.</summary>
    public DateOnly Day { get; private set; }

    public long Confirmed { get; private set; }

    /// <summary>Those whose confirmed class was predicted.</summary>
    public long Right { get; private set; }
}
