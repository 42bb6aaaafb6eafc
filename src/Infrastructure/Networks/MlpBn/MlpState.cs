using ModelOps.Domain;
using ModelOps.Domain.Features;
using static TorchSharp.torch;

namespace ModelOps.Infrastructure.Networks.MlpBn;

/// <summary>
/// All state that training changes: parameters, Adam's moments and step count, batch normalisation's running statistics.
/// </summary>
internal sealed class MlpState : IDisposable
{
    private MlpState(int hidden, float[] parameters, float[] first, float[] second, float steps, float[] mean, float[] variance)
    {
        Hidden = hidden;
        Parameters = Owned(parameters);
        FirstMoment = Owned(first);
        SecondMoment = Owned(second);
        Steps = Owned([steps]);
        RunningMean = Owned(mean);
        RunningVariance = Owned(variance);
    }

    public int Hidden { get; }

    /// <summary>All parameters as one flat vector; see <see cref="MlpTrainingProgram"/> for its layout.</summary>
    public Tensor Parameters { get; }

    public Tensor FirstMoment { get; }

    public Tensor SecondMoment { get; }

    public Tensor Steps { get; }

    public Tensor RunningMean { get; }

    public Tensor RunningVariance { get; }

    public static int ParameterCount(int hidden) => 10 * hidden + DiabetesClasses.Count;

    /// <summary>
    /// PyTorch's default initial weights: uniform in ±1/√(fan-in) for both linear layers, 1 and 0 for batch normalisation.
    /// </summary>
    public static MlpState Initial(int hidden, int seed)
    {
        var random = new SeededRandom(seed, RandomPurpose.InitialWeights);
        var parameters = new float[ParameterCount(hidden)];
        Fill(parameters.AsSpan(0, 5 * hidden), 1 / Math.Sqrt(PatientFeatures.Count), random);
        parameters.AsSpan(5 * hidden, hidden).Fill(1);
        Fill(parameters.AsSpan(7 * hidden), 1 / Math.Sqrt(hidden), random);
        var ones = new float[hidden];
        Array.Fill(ones, 1);
        return new MlpState(hidden, parameters, new float[parameters.Length], new float[parameters.Length], 0, new float[hidden], ones);
    }

    public static MlpState From(MlpSnapshot snapshot) => new(
        snapshot.Hidden, snapshot.Parameters, snapshot.FirstMoment, snapshot.SecondMoment, snapshot.Steps, snapshot.RunningMean,
            snapshot.RunningVariance);

    /// <summary>A copy as plain arrays.</summary>
    public MlpSnapshot Snapshot() => new(
        Hidden,
        Parameters.data<float>().ToArray(),
        FirstMoment.data<float>().ToArray(),
        SecondMoment.data<float>().ToArray(),
        Steps.item<float>(),
        RunningMean.data<float>().ToArray(),
        RunningVariance.data<float>().ToArray());

    public void Dispose()
    {
        foreach (var each in (Tensor[])[Parameters, FirstMoment, SecondMoment, Steps, RunningMean, RunningVariance])
        {
            each.Dispose();
        }
    }

    /// <summary>
    /// Copies the values to memory that libtorch allocates, which always has the same alignment. A tensor over a managed array has varying
    /// alignment. The alignment changes the summation order of vectorised sums, and with it the last bit of the result.
    /// </summary>
    private static Tensor Owned(float[] values)
    {
        using var view = tensor(values);
        return view.clone();
    }

    private static void Fill(Span<float> weights, double bound, SeededRandom random)
    {
        foreach (ref var weight in weights)
        {
            weight = (float)((2 * random.NextDouble() - 1) * bound);
        }
    }
}

/// <summary>An <see cref="MlpState"/> as plain arrays.</summary>
internal sealed record MlpSnapshot(
    int Hidden,
    float[] Parameters,
    float[] FirstMoment,
    float[] SecondMoment,
    float Steps,
    float[] RunningMean,
    float[] RunningVariance)
{
    /// <summary>The weights under the names that PyTorch uses in an equal <c>nn.Sequential</c>.</summary>
    public IReadOnlyList<NamedTensor> ToTensors() =>
    [
        NamedTensor.Float("0.weight", [Hidden, PatientFeatures.Count], Parameters[..(4 * Hidden)]),
        NamedTensor.Float("0.bias", [Hidden], Slice(4, 1)),
        NamedTensor.Float("1.weight", [Hidden], Slice(5, 1)),
        NamedTensor.Float("1.bias", [Hidden], Slice(6, 1)),
        NamedTensor.Float("1.running_mean", [Hidden], RunningMean),
        NamedTensor.Float("1.running_var", [Hidden], RunningVariance),
        NamedTensor.Integer("1.num_batches_tracked", (long)Steps),
        NamedTensor.Float("4.weight", [DiabetesClasses.Count, Hidden], Slice(7, 3)),
        NamedTensor.Float("4.bias", [DiabetesClasses.Count], Parameters[(10 * Hidden)..]),
    ];

    private float[] Slice(int from, int count) => Parameters[(from * Hidden)..((from + count) * Hidden)];
}
