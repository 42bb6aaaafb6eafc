using System.Diagnostics.Metrics;
using ModelOps.Application.Predictions;
using Prometheus;

namespace ModelOps.WebApi.Metrics;

/// <summary>
/// Copies the measurements of the service's own meter to Prometheus' registry, which already has the library's process and memory
/// metrics. (The library's own adapter, version 8.2.1, connects to the meters of .NET 10 but exports no values.)
/// </summary>
internal sealed class MetricsRegistry : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly MetricFactory _metrics;

    /// <param name="meters">The meters of this service. A test process runs several services.</param>
    public MetricsRegistry(IMeterFactory meters)
    {
        Registry = Prometheus.Metrics.NewCustomRegistry();
        _metrics = Prometheus.Metrics.WithCustomRegistry(Registry);
        DotNetStats.Register(Registry);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == PredictionLog.MeterName && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
        Registry.AddBeforeCollectCallback(_listener.RecordObservableInstruments);
    }

    public CollectorRegistry Registry { get; }

    public void Dispose() => _listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var (labels, values) = (new string[tags.Length], new string[tags.Length]);
        for (var i = 0; i < tags.Length; i++)
        {
            (labels[i], values[i]) = (tags[i].Key, tags[i].Value?.ToString() ?? "");
        }

        var (name, help) = ($"modelops_{instrument.Name}", instrument.Description ?? "");
        if (instrument is Counter<long>)
        {
            _metrics.CreateCounter($"{name}_total", help, labels).WithLabels(values).Inc(value);
        }
        else
        {
            _metrics.CreateGauge(name, help, labels).WithLabels(values).Set(value);
        }
    }
}
