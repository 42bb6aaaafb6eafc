using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Evaluation;

namespace ModelOps.Application.Predictions;

/// <summary>
/// How many of the service's predictions turned out right, by the week or month in which they were made; of all versions, as far as a
/// diagnosis is recorded.
/// </summary>
public sealed record GetAccuracyOverTime : IRequest<AccuracyOverTime>;

/// <param name="ByWeek">Whether a period is a week; otherwise a month.</param>
/// <param name="Periods">The oldest first; periods without a confirmed prediction are left out.</param>
public sealed record AccuracyOverTime(bool ByWeek, IReadOnlyList<AccuracyPeriod> Periods)
{
    /// <summary>With fewer confirmed predictions, the share of a period is hardly more than chance.</summary>
    public const int Few = 20;
}

/// <param name="From">The period's first day, in UTC.</param>
/// <param name="Confirmed">Predictions of the period with a recorded diagnosis.</param>
/// <param name="Right">Those of them that it bears out.</param>
/// <param name="Low">Lower limit of the share that is right, 0..1; 95 % (<see cref="WilsonInterval"/>).</param>
public sealed record AccuracyPeriod(DateOnly From, int Confirmed, int Right, double Low, double High)
{
    public bool IsFew => Confirmed < AccuracyOverTime.Few;
}

internal sealed class GetAccuracyOverTimeHandler(IModelOpsDbContext db, TimeProvider time)
    : IRequestHandler<GetAccuracyOverTime, AccuracyOverTime>
{
    private const int Months = 12;

    /// <summary>Weeks are shown while the oldest confirmed prediction isn't older.</summary>
    private const int Weeks = 12;

    public async Task<AccuracyOverTime> Handle(GetAccuracyOverTime request, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var since = today.AddMonths(-Months);
        var days = await db.OutcomeDays.AsNoTracking().Where(d => d.Day >= since && d.Confirmed > 0).ToListAsync(cancellationToken);
        var byWeek = days.Count > 0 && days.Min(d => d.Day) > today.AddDays(-7 * Weeks);
        return new AccuracyOverTime(
            byWeek,
            [
                .. days.GroupBy(d => Start(d.Day, byWeek)).OrderBy(g => g.Key).Select(g =>
                {
                    var (right, confirmed) = ((int)g.Sum(d => d.Right), (int)g.Sum(d => d.Confirmed));
                    var (low, high) = WilsonInterval.Of(right, confirmed);
                    return new AccuracyPeriod(g.Key, confirmed, right, low, high);
                }),
            ]);
    }

    private static DateOnly Start(DateOnly day, bool byWeek) =>
        byWeek ? day.AddDays(-(((int)day.DayOfWeek + 6) % 7)) : new DateOnly(day.Year, day.Month, 1);
}
