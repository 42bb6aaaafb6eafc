using Microsoft.Extensions.Configuration;
using ModelOps.Domain.Training;

namespace ModelOps.Infrastructure;

/// <summary>How long rows are kept that nobody asks for after some time: <c>ModelOps__Retention__…</c>.</summary>
/// <param name="TrainerLogsDays">What the trainer process wrote.</param>
/// <param name="JobHistoryDays">The epochs of an ended job; 0 if they are kept as long as the job.</param>
/// <param name="QueueHours">The queue's entry of an ended job.</param>
/// <param name="SessionsDays">The row of a session, with the hash of its refresh token, after its end.</param>
internal sealed record RetentionSettings(int TrainerLogsDays, int JobHistoryDays, int QueueHours, int SessionsDays)
{
    public const int DefaultJobHistoryDays = 365;
    public const int DefaultQueueHours = 24;
    public const int DefaultSessionsDays = 1;
    public const int MaxDays = 36_500;

    /// <exception cref="StartupException">A setting is not a valid whole number.</exception>
    public static RetentionSettings From(IConfiguration configuration)
    {
        var reader = new SettingReader(configuration);
        return new RetentionSettings(
            (int)reader.Whole("Retention:TrainerLogsDays", TrainingAttempt.DefaultKeepDays, 1, MaxDays),
            (int)reader.Whole("Retention:JobHistoryDays", DefaultJobHistoryDays, 0, MaxDays),
            (int)reader.Whole("Retention:QueueHours", DefaultQueueHours, 1, 24 * MaxDays),
            (int)reader.Whole("Retention:SessionsDays", DefaultSessionsDays, 1, MaxDays));
    }
}
