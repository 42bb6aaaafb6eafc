using System.Text.Json;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;

namespace ModelOps.Infrastructure.Networks.CrossfitPle;

/// <summary>
/// The files of a version: <c>model.safetensors</c> has the weights and the bin edges, and <c>network.json</c> has the constants of the
/// formula. The edges [10, bins + 1] are padded by repeating the last edge: a bin of width 0 has the code 0.
/// </summary>
/// <param name="Rows">The number of distinct training rows.</param>
internal sealed record CrossfitFiles(IReadOnlyList<PiecewiseEncoding> Encodings, CrossfitWeights Weights, int Rows)
{
    public const string WeightsName = "model.safetensors";
    public const string FormulaName = "network.json";

    private static readonly string[] EdgesNames =
        [$"edges.{ColumnNames.HbA1c}", $"edges.{ColumnNames.Age}", $"edges.{ColumnNames.Bmi}"];

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    public IReadOnlyList<NamedTensor> ToTensors()
    {
        const int Members = CrossfitShape.Members;
        return
        [
            NamedTensor.Float("w1", [Members, PiecewiseEncoding.Width, Weights.Hidden], Weights.W1),
            NamedTensor.Float("b1", [Members, Weights.Hidden], Weights.B1),
            NamedTensor.Float("w2", [Members, Weights.Hidden, CrossfitShape.Outputs], Weights.W2),
            NamedTensor.Float("b2", [Members, CrossfitShape.Outputs], Weights.B2),
            .. Enumerable.Range(0, PiecewiseEncoding.BinnedFeatures).Select(EdgesOf),
        ];
    }

    public byte[] WriteFormula() => JsonSerializer.SerializeToUtf8Bytes(Formula.Of(Rows), Options);

    /// <exception cref="InvalidDataException">A file is missing or was not written by this network.</exception>
    public static CrossfitFiles Read(IReadOnlyDictionary<string, byte[]> files)
    {
        if (!files.TryGetValue(WeightsName, out var weights) || !files.TryGetValue(FormulaName, out var formula))
        {
            throw new InvalidDataException("A file of the version is missing.");
        }

        var tensors = Safetensors.Read(weights);
        var hidden = tensors.TryGetValue("b1", out var bias) && bias.Shape.Count == 2 ? bias.Shape[1] : 0;
        if (hidden is < TrainingParameters.MinHiddenSize or > TrainingParameters.MaxHiddenSize)
        {
            throw new InvalidDataException("The hidden layer's size can't be read from the weights.");
        }

        NamedTensor Take(string name, params int[] shape) =>
            tensors.TryGetValue(name, out var tensor) && tensor.Shape.SequenceEqual([CrossfitShape.Members, .. shape])
                ? tensor
                : throw new InvalidDataException($"{name} is missing or has another shape.");

        double[][] edges =
        [
            .. EdgesNames.Select((name, f) => Take(name, PiecewiseEncoding.MaxBins(f) + 1).ToDoubles()),
        ];
        try
        {
            return new CrossfitFiles(
                [
                    .. Enumerable.Range(0, CrossfitShape.Members)
                        .Select(m => new PiecewiseEncoding([.. edges.Select(e => WithoutPadding(e, m))])),
                ],
                CrossfitWeights.Of(
                    hidden,
                    Take("w1", PiecewiseEncoding.Width, hidden).ToFloats(),
                    Take("b1", hidden).ToFloats(),
                    Take("w2", hidden, CrossfitShape.Outputs).ToFloats(),
                    Take("b2", CrossfitShape.Outputs).ToFloats()),
                ReadRows(formula));
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException("The edges of the bins don't ascend.", exception);
        }
    }

    private static int ReadRows(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize<Formula>(json, Options) is { Rows: > 0 } formula && formula == Formula.Of(formula.Rows)
                ? formula.Rows
                : throw new InvalidDataException("The version was made with another formula than this build's.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException("The formula can't be read.", exception);
        }
    }

    private static double[] WithoutPadding(double[] edges, int member)
    {
        var length = edges.Length / CrossfitShape.Members;
        var row = edges.AsSpan(member * length, length);
        var count = 1;
        while (count < length && row[count] != row[count - 1])
        {
            count++;
        }

        return row[..count].ToArray();
    }

    private NamedTensor EdgesOf(int feature)
    {
        var length = PiecewiseEncoding.MaxBins(feature) + 1;
        var values = new double[CrossfitShape.Members * length];
        for (var m = 0; m < CrossfitShape.Members; m++)
        {
            var edges = Encodings[m].Edges(feature);
            var row = values.AsSpan(m * length, length);
            if (edges.Length > 0)
            {
                row.Fill(edges[^1]);
                edges.CopyTo(row);
            }
        }

        return NamedTensor.Double(EdgesNames[feature], [CrossfitShape.Members, length], values);
    }

    /// <summary>All constants that determine a prediction, apart from the weights and edges.</summary>
    private sealed record Formula(
        string Network, int Rows, int GenderF, int GenderM, GridNumbers MonotoneGrid, MixtureNumbers Mixture, RuleNumbers Rule)
    {
        public static Formula Of(int rows) => new(
            CrossfitPleNetwork.NetworkName,
            rows,
            (int)PiecewiseEncoding.SignOf(Gender.F),
            (int)PiecewiseEncoding.SignOf(Gender.M),
            new GridNumbers(HbA1cGrid.From, HbA1cGrid.To, HbA1cGrid.Step),
            new MixtureNumbers(SmallDataMixture.HalfWeight, SmallDataMixture.NetworkShare(rows)),
            new RuleNumbers(
                Domain.Evaluation.AdaRule.PrediabetesFrom,
                Domain.Evaluation.AdaRule.DiabetesFrom,
                SmallDataMixture.RuleClass,
                SmallDataMixture.RuleOthers));
    }

    private sealed record GridNumbers(double From, double To, double Step);

    private sealed record MixtureNumbers(double HalfWeight, double NetworkShare);

    private sealed record RuleNumbers(double PrediabetesFrom, double DiabetesFrom, double RuleClass, double Others);
}
