namespace ModelOps.Application.Turns;

/// <summary>The kinds of expensive work. Each kind has a line of its own.</summary>
public enum Work
{
    /// <summary>Passes over all rows of two versions and over all records: seconds for a million rows.</summary>
    Comparison,

    /// <summary>Reading an uploaded file and storing its rows: seconds for a million rows.</summary>
    Reading,

    /// <summary>A batch of predictions, or counting all records: up to some tenths of a second.</summary>
    Batch,
}

/// <summary>
/// Bounds the expensive work of the process, whoever asks for it: the memory it takes, the cores it keeps busy and the share of one user.
/// Administrators get no more than others.
/// </summary>
public sealed class TurnLines
{
    private readonly TurnLine _comparisons;
    private readonly TurnLine _readings;
    private readonly TurnLine _batches;

    public TurnLines()
        : this(Environment.ProcessorCount)
    {
    }

    internal TurnLines(int cores)
    {
        var half = Math.Max(1, cores / 2);
        _comparisons = new TurnLine(half, runningPerUser: 1, placesPerUser: 4, places: 32);
        _readings = new TurnLine(half, runningPerUser: half, placesPerUser: 64, places: 256);

        // The bodies of waiting batches are in memory, up to 2 MB each.
        _batches = new TurnLine(cores, runningPerUser: cores, placesPerUser: 64, places: 128);
    }

    /// <inheritdoc cref="TurnLine.Take"/>
    public TurnPlace Take(Work work, string user) => work switch
    {
        Work.Comparison => _comparisons.Take(user),
        Work.Reading => _readings.Take(user),
        Work.Batch => _batches.Take(user),
        _ => throw new ArgumentOutOfRangeException(nameof(work)),
    };
}
