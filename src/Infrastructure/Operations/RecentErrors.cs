using System.Diagnostics;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Abstractions;

namespace ModelOps.Infrastructure.Operations;

/// <summary>
/// The latest errors of this process's log, for the page of its operators. Bounded; older ones are in the log itself. Thread-safe.
/// </summary>
internal sealed class RecentErrors(TimeProvider time) : ILoggerProvider
{
    public const int Capacity = 50;
    private const int MaxMessage = 300;

    private readonly TimeProvider _time = time;
    private readonly Queue<LoggedError> _errors = new(Capacity);
    private readonly Lock _lock = new();

    /// <summary>The latest first.</summary>
    public IReadOnlyList<LoggedError> Latest
    {
        get
        {
            lock (_lock)
            {
                return [.. _errors.Reverse()];
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => new Collector(this, categoryName);

    public void Dispose()
    {
    }

    private void Add(LoggedError error)
    {
        lock (_lock)
        {
            if (_errors.Count == Capacity)
            {
                _errors.Dequeue();
            }

            _errors.Enqueue(error);
        }
    }

    private static string TypesOf(Exception? exception)
    {
        List<string> types = [];
        for (var inner = exception; inner is not null && types.Count < 5; inner = inner.InnerException)
        {
            types.Add(inner.GetType().Name);
        }

        return string.Join(" ← ", types);
    }

    private sealed class Collector(RecentErrors errors, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is LogLevel.Error or LogLevel.Critical;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            // The exception's message is left out: unlike the log's own messages, nobody has chosen what it may contain.
            var message = formatter(state, null);
            errors.Add(new LoggedError(
                errors._time.GetUtcNow().UtcDateTime,
                category,
                message.Length <= MaxMessage ? message : message[..MaxMessage],
                TypesOf(exception),
                Activity.Current?.TraceId.ToHexString()));
        }
    }
}
