using BenchmarkDotNet.Attributes;
using ModelOps.Domain;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;
using ModelOps.Infrastructure.Networks;

namespace ModelOps.Parts.Benchmark;

/// <summary>A prediction, without HTTP.</summary>
public class Predictors
{
    private const int Count = 10_000;

    private readonly double[] _answer = new double[DiabetesClasses.Count];
    private INetworkPredictor? _predictor;
    private PatientFeatures[] _patients = [];

    [Params("crossfit-ple", "mlp-bn")]
    public string Network { get; set; } = "";

    /// <summary>
    /// "As they come" are made-up patients of another seed than the training's; for the others, HbA1c is normal around the mean with
    /// standard deviation 1.2, 4 to 20.
    /// </summary>
    [Params("as they come", "HbA1c 6", "HbA1c 14")]
    public string Patients { get; set; } = "";

    [GlobalSetup]
    public void Load()
    {
        _predictor = NetworkRegistry.BuiltIn.Get(Network).Load(SampleNetwork.Train(Network));
        _patients = Patients switch
        {
            "HbA1c 6" => Around(6),
            "HbA1c 14" => Around(14),
            _ => [.. SampleGenerator.Generate(Count, seed: 2).Select(row => row.Features)],
        };
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public void Predict()
    {
        foreach (var patient in _patients)
        {
            _predictor!.Predict(patient, _answer);
        }
    }

    private static PatientFeatures[] Around(double mean)
    {
        var random = new SeededRandom(1, RandomPurpose.Shuffling);
        var patients = new PatientFeatures[Count];
        for (var i = 0; i < patients.Length; i++)
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            patients[i] = new PatientFeatures(
                Math.Clamp(mean + (1.2 * normal), 4, 20),
                20 + (60 * random.NextDouble()),
                18 + (22 * random.NextDouble()),
                (Gender)random.NextInt32(2));
        }

        return patients;
    }
}
