using System.Diagnostics;
using System.Globalization;
using ModelOps.Domain;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;
using ModelOps.Infrastructure.Networks;

// How many patients a second a version's predictor answers on one core.
// usage: dotnet run -c Release --project benchmarks/Predictors -- FOLDER ARCHITECTURE
// FOLDER holds a version's files. "As they come" are the patients of the made-up sample; for the others, HbA1c is normal around the mean with
// standard deviation 1.2, 4 to 20. Prints the processor time, so that other programs on the machine disturb little, of the fastest and the
// median of 15 rounds, and the bytes allocated.
const int Patients = 10_000;
const int Rounds = 15;
if (args is not [var folder, var architecture])
{
    Console.Error.WriteLine("usage: FOLDER ARCHITECTURE");
    return 2;
}

var network = NetworkRegistry.BuiltIn.Find(architecture) ?? throw new ArgumentException($"There is no network {architecture}.");
var predictor = network.Load(Directory.EnumerateFiles(folder).ToDictionary(file => Path.GetFileName(file), File.ReadAllBytes));
var answer = new double[DiabetesClasses.Count];
PatientFeatures[] asTheyCome = [.. SampleGenerator.Generate(Patients, seed: 2).Select(row => row.Features)];
foreach (var (name, patients) in ((string, PatientFeatures[])[])
    [("as they come", asTheyCome), ("mean HbA1c 6", Around(6)), ("mean HbA1c 14", Around(14))])
{
    // Until the compiler's last tier has seen the loop.
    for (var warming = Stopwatch.StartNew(); warming.Elapsed < TimeSpan.FromSeconds(2);)
    {
        Answer(patients);
    }

    var rates = new double[Rounds];
    var allocated = GC.GetAllocatedBytesForCurrentThread();
    for (var round = 0; round < rates.Length; round++)
    {
        var before = Environment.CpuUsage.TotalTime;
        Answer(patients);
        rates[round] = Patients / (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }

    allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
    Array.Sort(rates);
    Console.Out.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name}: {rates[Rounds / 2]:N0} rows/s (fastest round {rates[^1]:N0}), {allocated} bytes allocated"));
}

return 0;

void Answer(PatientFeatures[] patients)
{
    foreach (var patient in patients)
    {
        predictor.Predict(patient, answer);
    }
}

PatientFeatures[] Around(double mean)
{
    var random = new SeededRandom(1, RandomPurpose.Shuffling);
    var patients = new PatientFeatures[Patients];
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
