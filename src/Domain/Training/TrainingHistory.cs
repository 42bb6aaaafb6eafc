namespace ModelOps.Domain.Training;

/// <summary>What one epoch came to. Losses are mean cross-entropies (natural log); the validation values are those of the latest measurement, null where nothing is measured.</summary>
public sealed record EpochPoint(int Epoch, double Loss, double? ValidationLoss, double? ValidationF1);

/// <summary>
/// The course of a training, thinned to at most <see cref="MaxPoints"/> points: whenever it is full, every second point goes and
/// the distance between points doubles. The latest epoch is always there.
/// </summary>
public sealed class TrainingHistory
{
    public const int MaxPoints = 200;

    private readonly List<EpochPoint> _kept;
    private int _stride;
    private EpochPoint? _latest;

    public TrainingHistory()
    {
        _kept = [];
        _stride = 1;
    }

    /// <summary>Takes up the history of a checkpoint.</summary>
    public TrainingHistory(IReadOnlyList<EpochPoint> points)
    {
        _stride = 1;
        _kept = [.. points];
        _latest = points.Count > 0 ? points[^1] : null;
        for (var i = 1; i + 1 < points.Count; i++)
        {
            _stride = Math.Max(_stride, points[i].Epoch - points[i - 1].Epoch);
        }

        if (_latest is not null && (_latest.Epoch - 1) % _stride != 0)
        {
            _kept.RemoveAt(_kept.Count - 1);
        }
    }

    /// <summary>The latest epoch; null before the first.</summary>
    public EpochPoint? Latest => _latest;

    public IReadOnlyList<EpochPoint> Points => _latest is null || (_kept.Count > 0 && _kept[^1] == _latest) ? [.. _kept] : [.. _kept, _latest];

    /// <summary>Adds an epoch, counted from 1; epochs come in ascending order.</summary>
    public void Add(EpochPoint point)
    {
        if (_latest is not null && point.Epoch <= _latest.Epoch)
        {
            throw new ArgumentException("Epochs come in ascending order.", nameof(point));
        }

        _latest = point;
        if ((point.Epoch - 1) % _stride != 0)
        {
            return;
        }

        if (_kept.Count == MaxPoints - 1)
        {
            _stride *= 2;
            _kept.RemoveAll(p => (p.Epoch - 1) % _stride != 0);
            if ((point.Epoch - 1) % _stride != 0)
            {
                return;
            }
        }

        _kept.Add(point);
    }
}
