using System.Buffers.Binary;
using System.Text.Json;
using ModelOps.Domain.Features;
using static TorchSharp.torch;

namespace ModelOps.Infrastructure.Tests.Networks.MlpBn;

/// <summary>
/// A version's network as somebody outside builds it: the published description of the safetensors format, an <c>nn.Sequential</c>
/// with PyTorch's names, the means and scales of <c>scaler.json</c>. Shares no code with the service.
/// </summary>
internal sealed class TorchNetwork : IDisposable
{
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly (string Name, double Mean, double Scale)[] _features;

    public TorchNetwork(byte[] safetensors, byte[] scaler)
    {
        var weights = ReadSafetensors(safetensors);
        var hidden = weights["0.bias"].shape[0];
        _network = nn.Sequential(
            ("0", nn.Linear(4, hidden)), ("1", nn.BatchNorm1d(hidden)), ("2", nn.ReLU()), ("3", nn.Dropout(0.3)),
                ("4", nn.Linear(hidden, 3)));
        _network.load_state_dict(weights, strict: true);
        _network.eval();
        foreach (var tensor in weights.Values)
        {
            tensor.Dispose();
        }

        using var document = JsonDocument.Parse(scaler);
        _features =
        [
            .. document.RootElement.GetProperty("features").EnumerateArray()
                .Select(f => (f.GetProperty("name").GetString()!, f.GetProperty("mean").GetDouble(), f.GetProperty("scale").GetDouble())),
        ];
    }

    /// <summary>Probabilities [n × 3], one row after the other.</summary>
    public float[] Predict(IReadOnlyList<PatientFeatures> patients)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var inputs = new float[patients.Count, _features.Length];
        for (var i = 0; i < patients.Count; i++)
        {
            for (var j = 0; j < _features.Length; j++)
            {
                var value = _features[j].Name switch
                {
                    "HbA1c" => patients[i].HbA1c,
                    "AGE" => patients[i].Age,
                    "BMI" => patients[i].Bmi,
                    "Gender" => patients[i].Gender == Gender.M ? 1 : 0,
                    var other => throw new InvalidDataException(other),
                };
                inputs[i, j] = (float)((value - _features[j].Mean) / _features[j].Scale);
            }
        }

        return _network.forward(tensor(inputs)).softmax(1).data<float>().ToArray();
    }

    public void Dispose() => _network.Dispose();

    private static Dictionary<string, Tensor> ReadSafetensors(byte[] file)
    {
        var headerLength = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        using var header = JsonDocument.Parse(file.AsMemory(8, headerLength));
        var tensors = new Dictionary<string, Tensor>();
        foreach (var entry in header.RootElement.EnumerateObject().Where(e => e.Name != "__metadata__"))
        {
            long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64())];
            int[] offsets = [.. entry.Value.GetProperty("data_offsets").EnumerateArray().Select(o => o.GetInt32())];
            var data = file[(8 + headerLength + offsets[0])..(8 + headerLength + offsets[1])];
            tensors[entry.Name] = entry.Value.GetProperty("dtype").GetString() switch
            {
                "F32" => tensor(Enumerable.Range(0, data.Length / 4).Select(i => BitConverter.ToSingle(data, 4 * i))
                    .ToArray()).reshape(shape),
                "I64" => tensor(BitConverter.ToInt64(data, 0)),
                var other => throw new InvalidDataException(other),
            };
        }

        return tensors;
    }
}
