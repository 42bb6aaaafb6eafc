using ModelOps.Domain.Features;
using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Networks.CrossfitPle;
using ModelOps.Infrastructure.Tests.Trainer;

namespace ModelOps.Infrastructure.Tests.Networks.CrossfitPle;

[Collection(TorchCollection.Name)]
public sealed class CrossfitPredictorTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(256)]
    [InlineData(1_024)]
    public void Predict_ForAnyPatient_AgreesWithLibtorch(int hidden)
    {
        TorchLibrary.Load();
        var network = CrossfitSamples.RandomNetwork(hidden, seed: hidden);
        var predictor = CrossfitPredictor.Load(CrossfitSamples.Write(network));
        using var program = new CrossfitTrainingProgram();
        using var reference = new TorchReference(program, network);
        var (expected, actual) = (new double[3], new double[3]);
        var patients = CrossfitSamples.Patients(hidden > 64 ? 60 : 300, seed: 1);

        for (var i = 0; i < patients.Length; i++)
        {
            reference.Evaluate(patients[i], member: null, expected);
            predictor.Predict(patients[i], actual);
            AssertClose(expected, actual);

            reference.Evaluate(patients[i], i % 10, expected);
            predictor.PredictBy(i % 10, patients[i], actual);
            AssertClose(expected, actual);
        }
    }

    /// <summary>Holds for any weights, between grid points too, for the mean and for each judging member.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Predict_WhenHbA1cAloneRises_NeverLowersDiabetes(int seed)
    {
        var network = CrossfitSamples.RandomNetwork(16, seed, rows: 40 * seed * seed, scale: 12);
        var predictor = CrossfitPredictor.Load(CrossfitSamples.Write(network));
        var random = new Random(seed);
        var (before, after) = (new double[3], new double[3]);
        var rises = 0;
        for (var i = 0; i < 3_000; i++)
        {
            var patient = CrossfitSamples.Patient(random);
            var from = random.Next(3) == 0 ? random.Next(57, 250) / 10.0 : 5.7 + (random.NextDouble() * 19);
            var to = Math.Min(from + (random.Next(2) == 0 ? random.NextDouble() * 5 : random.NextDouble() * 0.1), HbA1cGrid.To);
            for (var member = -1; member < 10; member++)
            {
                Answer(predictor, member, patient with { HbA1c = from }, before);
                Answer(predictor, member, patient with { HbA1c = to }, after);
                Assert.True(after[2] >= before[2], $"P(Diabetes) falls from {before[2]:R} to {after[2]:R} between {from:R} and {to:R}.");
                rises += after[2] > before[2] + 0.01 ? 1 : 0;
            }
        }

        Assert.True(rises > 100, "The networks hardly change along HbA1c.");
    }

    /// <summary>The same networks without the running maximum do fall: the test above has something to hold.</summary>
    [Fact]
    public void RandomNetwork_WithoutTheRunningMaximum_IsNotMonotone()
    {
        var network = CrossfitSamples.RandomNetwork(16, seed: 1, scale: 12);
        var low = new double[3];
        var high = new double[3];
        var fallen = Enumerable.Range(0, 200).Count(i =>
        {
            var patient = CrossfitSamples.Patient(new Random(i));
            Raw(network, i % 10, patient with { HbA1c = 6 }, low);
            Raw(network, i % 10, patient with { HbA1c = 9 }, high);
            return high[2] < low[2] - 0.01;
        });

        Assert.True(fallen > 20);
    }

    [Fact]
    public void Predict_ForAnyPatient_SumsToOneAndReportsAgreementInTenths()
    {
        var predictor = CrossfitPredictor.Load(CrossfitSamples.Write(CrossfitSamples.RandomNetwork(32, seed: 8, scale: 20)));
        var p = new double[3];
        var agreements = new HashSet<double>();
        foreach (var patient in CrossfitSamples.Patients(2_000, seed: 2))
        {
            var agreement = Assert.NotNull(predictor.Predict(patient, p));

            Assert.InRange(p.Sum(), 1 - 1e-12, 1 + 1e-12);
            Assert.All(p, v => Assert.InRange(v, 0, 1));
            Assert.Equal(Math.Round(agreement * 10) / 10, agreement, 12);
            agreements.Add(agreement);
        }

        Assert.True(agreements.Count > 3);
    }

    [Theory]
    [InlineData(10, 100.0 / 2_600)]
    [InlineData(50, 0.5)]
    [InlineData(600, 360_000.0 / 362_500)]
    public void Predict_WithFewRows_MixesTheRuleIn(int rows, double networkShare)
    {
        var network = CrossfitSamples.RandomNetwork(8, seed: 4);
        var patient = new PatientFeatures(6.0, 50, 27, Gender.F);
        var (pure, mixed) = (new double[3], new double[3]);
        CrossfitPredictor.Load(CrossfitSamples.Write(network with { Rows = 100_000_000 })).Predict(patient, pure);

        CrossfitPredictor.Load(CrossfitSamples.Write(network with { Rows = rows })).Predict(patient, mixed);

        double[] rule = [0.05, 0.9, 0.05];
        for (var c = 0; c < 3; c++)
        {
            Assert.Equal((networkShare * pure[c]) + ((1 - networkShare) * rule[c]), mixed[c], 6);
        }
    }

    [Fact]
    public void Predict_ByEachMember_AsksThatMemberAlone()
    {
        var network = CrossfitSamples.RandomNetwork(8, seed: 6);
        var judged = new double[3];
        var before = Judgements(network, judged);
        foreach (ref var value in network.Weights.OfMember(2, 7))
        {
            value = -value;
        }

        var after = Judgements(network, judged);

        Assert.Equal([7], Enumerable.Range(0, 10).Where(fold => before[fold] != after[fold]));
    }

    [Fact]
    public void Predict_ForAnyPatient_AllocatesNothing()
    {
        var predictor = CrossfitPredictor.Load(CrossfitSamples.Write(CrossfitSamples.RandomNetwork(64, seed: 3)));
        var patients = CrossfitSamples.Patients(200, seed: 5);
        var p = new double[3];
        foreach (var patient in patients)
        {
            predictor.Predict(patient, p);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var patient in patients)
        {
            predictor.Predict(patient, p);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Predict_FromManyThreads_AnswersAsFromOne()
    {
        var predictor = CrossfitPredictor.Load(CrossfitSamples.Write(CrossfitSamples.RandomNetwork(64, seed: 3)));
        var patients = CrossfitSamples.Patients(500, seed: 6);
        var expected = patients.Select(x => Predict(predictor, x)).ToArray();

        Parallel.For(0, 4, _ =>
        {
            for (var i = 0; i < patients.Length; i++)
            {
                Assert.Equal(expected[i], Predict(predictor, patients[i]));
            }
        });
    }

    [Theory]
    [InlineData(CrossfitFiles.WeightsName)]
    [InlineData(CrossfitFiles.FormulaName)]
    public void Load_WhenAFileIsMissingOrBroken_Throws(string name)
    {
        var files = CrossfitSamples.Write(CrossfitSamples.RandomNetwork(8, seed: 1));
        var broken = new Dictionary<string, byte[]>(files) { [name] = files[name][..^20] };
        files.Remove(name);

        Assert.Throws<InvalidDataException>(() => CrossfitPredictor.Load(files));
        Assert.Throws<InvalidDataException>(() => CrossfitPredictor.Load(broken));
    }

    private static double[] Predict(CrossfitPredictor predictor, PatientFeatures patient)
    {
        var p = new double[3];
        predictor.Predict(patient, p);
        return p;
    }

    private static double[] Judgements(CrossfitFiles network, double[] judged)
    {
        var judge = new CrossfitPleNetwork().Judge(CrossfitPredictor.Load(CrossfitSamples.Write(network)), CrossfitSamples.Key, () => []);
        return [.. Enumerable.Range(0, 10).Select(fold =>
        {
            judge.Predict(fold, new PatientFeatures(5.2, 50, 27, Gender.M), judged);
            return judged[0];
        })];
    }

    private static void Answer(CrossfitPredictor predictor, int member, PatientFeatures patient, double[] p)
    {
        if (member < 0)
        {
            predictor.Predict(patient, p);
        }
        else
        {
            predictor.PredictBy(member, patient, p);
        }
    }

    private static void Raw(CrossfitFiles network, int member, PatientFeatures patient, double[] p)
    {
        var code = new double[PiecewiseEncoding.Width];
        network.Encodings[member].Encode(patient, code);
        var w1 = network.Weights.OfMember(0, member);
        var b1 = network.Weights.OfMember(1, member);
        var w2 = network.Weights.OfMember(2, member);
        var b2 = network.Weights.OfMember(3, member);
        var (a, g) = ((double)b2[0], (double)b2[1]);
        for (var i = 0; i < b1.Length; i++)
        {
            double unit = b1[i];
            for (var c = 0; c < code.Length; c++)
            {
                unit += code[c] * w1[(c * b1.Length) + i];
            }

            a += Math.Max(unit, 0) * w2[2 * i];
            g += Math.Max(unit, 0) * w2[(2 * i) + 1];
        }

        OrderedOutput.Probabilities(a, g, p);
    }

    private static void AssertClose(double[] expected, double[] actual)
    {
        for (var c = 0; c < expected.Length; c++)
        {
            Assert.InRange(actual[c] - expected[c], -GoldenRows.Tolerance, GoldenRows.Tolerance);
        }
    }
}
