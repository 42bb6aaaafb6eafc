namespace ModelOps.Domain.Training;

/// <summary>
/// The metrics of one epoch. Losses are mean cross-entropies (natural log). The validation values are those of the latest measurement.
/// They are null when the network doesn't measure them.
/// </summary>
public sealed record EpochPoint(int Epoch, double Loss, double? ValidationLoss, double? ValidationF1);

/// <summary>
/// The epochs of a training, downsampled to at most <see cref="MaxPoints"/> points. When the history is full, every second point is removed
/// and the distance between points doubles. The history always includes the latest epoch.
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

    /// <summary>Restores the history of a checkpoint.</summary>
    public TrainingHistory(IReadOnlyList<EpochPoint> points)
    {
        _stride = 1;
        _kept = [.. points];
        _latest = points.Count > 0 ? points[^1] : null;
        for (var i = 1; i < points.Count; i++)
        {
            _stride = Math.Max(_stride, points[i].Epoch - points[i - 1].Epoch);
        }

        if (_latest is not null && !IsOnStride(_latest))
        {
            _kept.RemoveAt(_kept.Count - 1);
        }
    }

    /// <summary>The latest epoch; null before the first epoch.</summary>
    public EpochPoint? Latest => _latest;

    public IReadOnlyList<EpochPoint> Points =>
        _latest is null || _kept[^1] == _latest ? [.. _kept] : [.. _kept, _latest];

    /// <summary>Adds an epoch. Epochs are counted from 1 and must be added in ascending order.</summary>
    public void Add(EpochPoint point)
    {
        if (_latest is not null && point.Epoch <= _latest.Epoch)
        {
            throw new ArgumentException("Epochs come in ascending order.", nameof(point));
        }

        _latest = point;
        if (IsOnStride(point) && _kept.Count == MaxPoints - 1)
        {
            _stride *= 2;
            _kept.RemoveAll(p => !IsOnStride(p));
        }

        if (IsOnStride(point))
        {
            _kept.Add(point);
        }
    }

    private bool IsOnStride(EpochPoint point) => (point.Epoch - 1) % _stride == 0;
}
