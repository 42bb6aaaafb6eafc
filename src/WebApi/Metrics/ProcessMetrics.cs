using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ModelOps.WebApi.Metrics;

/// <summary>
/// Figures of the process and of its memory, under the names that Prometheus' client libraries use. They are read when somebody asks for
/// the metrics, and cost nothing otherwise.
/// </summary>
internal sealed class ProcessMetrics(IMeterFactory meters) : IHostedService, IDisposable
{
    public const string MeterName = "Process";

    private readonly Process _process = Process.GetCurrentProcess();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableCounter("process_cpu_seconds", () => Now().TotalProcessorTime.TotalSeconds,
            description: "Total user and system CPU time spent in seconds.");
        meter.CreateObservableGauge("process_start_time_seconds",
            () => (_process.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds,
            description: "Start time of the process since unix epoch in seconds.");
        meter.CreateObservableGauge("process_virtual_memory_bytes", () => Now().VirtualMemorySize64,
            description: "Virtual memory size in bytes.");
        meter.CreateObservableGauge("process_working_set_bytes", () => Now().WorkingSet64, description: "Process working set");
        meter.CreateObservableGauge("process_private_memory_bytes", () => Now().PrivateMemorySize64,
            description: "Process private memory size");
        meter.CreateObservableGauge("process_open_handles", () => Now().HandleCount, description: "Number of open handles");
        meter.CreateObservableGauge("process_num_threads", () => Now().Threads.Count, description: "Total number of threads");
        meter.CreateObservableGauge("dotnet_total_memory_bytes", () => GC.GetTotalMemory(false),
            description: "Total known allocated memory");
        meter.CreateObservableCounter("dotnet_allocated_bytes", () => GC.GetTotalAllocatedBytes(),
            description: "Bytes allocated since the process started");
        meter.CreateObservableCounter("dotnet_collection_count", Collections, description: "GC collection count");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _process.Dispose();

    private static IEnumerable<Measurement<long>> Collections() => Enumerable.Range(0, GC.MaxGeneration + 1)
        .Select(generation => new Measurement<long>(
            GC.CollectionCount(generation), KeyValuePair.Create<string, object?>("generation", generation)));

    private Process Now()
    {
        _process.Refresh();
        return _process;
    }
}
