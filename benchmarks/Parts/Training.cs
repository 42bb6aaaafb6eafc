using BenchmarkDotNet.Attributes;
using ModelOps.Infrastructure.Networks;

namespace ModelOps.Parts.Benchmark;

/// <summary>An epoch: sixteen steps, and the validation of crossfit-ple's ten members or of mlp-bn's one network.</summary>
public class Training
{
    private ITrainingSession? _session;
    private int _epoch;

    [Params("crossfit-ple", "mlp-bn")]
    public string Network { get; set; } = "";

    [GlobalSetup]
    public void Begin() => _session = SampleNetwork.Begin(Network);

    [GlobalCleanup]
    public void End() => _session?.Dispose();

    [Benchmark]
    public double Epoch() => _session!.TrainEpoch(++_epoch, CancellationToken.None).Loss;
}
