using BenchmarkDotNet.Attributes;
using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Networks.CrossfitPle;

namespace ModelOps.Parts.Benchmark;

/// <summary>The weights of crossfit-ple as a safetensors file.</summary>
public class WeightsFile
{
    private NamedTensor[] _tensors = [];
    private byte[] _file = [];

    [GlobalSetup]
    public void Train()
    {
        _file = SampleNetwork.Train("crossfit-ple")[CrossfitFiles.WeightsName];
        _tensors = [.. Safetensors.Read(_file).Values];
    }

    [Benchmark]
    public int Write() => Safetensors.Write(_tensors).Length;

    [Benchmark]
    public int Read() => Safetensors.Read(_file).Count;

    [Benchmark]
    public string Hash() => Safetensors.Hash(_tensors);
}
