using System.Buffers.Binary;
using System.Text.Json;
using ModelOps.Domain.Features;
using ModelOps.Infrastructure.Networks.CrossfitPle;

namespace ModelOps.Infrastructure.Tests.Networks.CrossfitPle;

/// <summary>
/// A version's files are enough for somebody who has nothing of this project: the lines of Python in docs/models.md, written here in C#
/// and sharing no code with the network.
/// </summary>
public sealed class CrossfitInterchangeTests
{
    [Theory]
    [InlineData(12, 600)]
    [InlineData(64, 30)]
    public void Files_ReadIndependently_GiveTheProbabilitiesThatAreServed(int hidden, int rows)
    {
        var files = CrossfitSamples.Write(CrossfitSamples.RandomNetwork(hidden, seed: 21, rows, scale: 8));
        var served = CrossfitPredictor.Load(files);
        var reader = new Reader(files[CrossfitFiles.WeightsName], files[CrossfitFiles.FormulaName]);
        var actual = new double[3];
        foreach (var patient in CrossfitSamples.Patients(150, seed: 22))
        {
            var expected = reader.Predict(patient);

            served.Predict(patient, actual);

            for (var c = 0; c < 3; c++)
            {
                Assert.InRange(actual[c] - expected[c], -1e-5, 1e-5);
            }
        }
    }

    private sealed class Reader
    {
        private const int Members = 10;

        private readonly Dictionary<string, (int[] Shape, double[] Values)> _tensors = [];
        private readonly JsonElement _formula;

        public Reader(byte[] file, byte[] formula)
        {
            _formula = JsonDocument.Parse(formula).RootElement;
            var start = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(file);
            foreach (var entry in JsonDocument.Parse(file.AsMemory(8, start - 8)).RootElement.EnumerateObject()
                .Where(e => e.Name != "__metadata__"))
            {
                var offsets = entry.Value.GetProperty("data_offsets");
                var bytes = file[(start + offsets[0].GetInt32())..(start + offsets[1].GetInt32())];
                var single = entry.Value.GetProperty("dtype").GetString() == "F32";
                var values = Enumerable.Range(0, bytes.Length / (single ? 4 : 8))
                    .Select(i => single ? BitConverter.ToSingle(bytes, i * 4) : BitConverter.ToDouble(bytes, i * 8));
                _tensors[entry.Name] = ([.. entry.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt32())], [.. values]);
            }
        }

        public double[] Predict(PatientFeatures patient)
        {
            var p = Mean(patient);
            var first = Number("monotone_grid", "from");
            var step = Number("monotone_grid", "step");
            if (patient.HbA1c >= first)
            {
                var at = (patient.HbA1c - first) / step;
                var last = (int)Math.Round((Number("monotone_grid", "to") - first) / step) - 1;
                var i = Math.Min((int)at, last);
                var lower = Enumerable.Range(0, i + 1).Max(j => OnGrid(patient, first, step, j));
                var upper = Math.Max(lower, OnGrid(patient, first, step, i + 1));
                var diabetes = lower + ((upper - lower) * Math.Min(at - i, 1));
                var others = p[0] + p[1];
                p = [p[0] * (1 - diabetes) / others, p[1] * (1 - diabetes) / others, diabetes];
            }

            var rule = (patient.HbA1c >= Number("rule", "prediabetes_from") ? 1 : 0) + (patient.HbA1c >= Number("rule", "diabetes_from")
                ? 1 : 0);
            var share = Number("mixture", "network_share");
            return [.. p.Select((v, c) => (share * v) + ((1 - share) * Number("rule", c == rule ? "rule_class" : "others")))];
        }

        private double OnGrid(PatientFeatures patient, double first, double step, int point) =>
            Mean(patient with { HbA1c = Math.Round(first + (step * point), 1) })[2];

        private double[] Mean(PatientFeatures patient)
        {
            var members = Enumerable.Range(0, Members).Select(m => Member(m, patient)).ToArray();
            return [.. Enumerable.Range(0, 3).Select(c => members.Average(p => p[c]))];
        }

        private double[] Member(int m, PatientFeatures patient)
        {
            double[] code =
            [
                .. Codes("edges.HbA1c", m, patient.HbA1c), .. Codes("edges.AGE", m, patient.Age), .. Codes("edges.BMI", m, patient.Bmi),
                _formula.GetProperty(patient.Gender == Gender.M ? "gender_m" : "gender_f").GetDouble(),
            ];
            var hidden = _tensors["b1"].Shape[1];
            double[] outputs = [_tensors["b2"].Values[2 * m], _tensors["b2"].Values[(2 * m) + 1]];
            for (var u = 0; u < hidden; u++)
            {
                var unit = _tensors["b1"].Values[(m * hidden) + u];
                for (var c = 0; c < code.Length; c++)
                {
                    unit += code[c] * _tensors["w1"].Values[(((m * code.Length) + c) * hidden) + u];
                }

                for (var o = 0; o < outputs.Length; o++)
                {
                    outputs[o] += Math.Max(unit, 0) * _tensors["w2"].Values[(((m * hidden) + u) * 2) + o];
                }
            }

            var (a, g) = (outputs[0], outputs[1]);
            var b = a - (Math.Max(g, 0) + Math.Log(1 + Math.Exp(-Math.Abs(g))));
            return [Sigma(-a), Sigma(a) * Sigma(-b) * Sigma(g), Sigma(b)];
        }

        private IEnumerable<double> Codes(string name, int m, double x)
        {
            var (shape, values) = _tensors[name];
            return Enumerable.Range(m * shape[1], shape[1] - 1).Select(t =>
            {
                var width = values[t + 1] - values[t];
                return width > 0 ? Math.Clamp((x - values[t]) / width, 0, 1) : 0;
            });
        }

        private double Number(string part, string name) => _formula.GetProperty(part).GetProperty(name).GetDouble();

        private static double Sigma(double z) => 1 / (1 + Math.Exp(-z));
    }
}
