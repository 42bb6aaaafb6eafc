using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Networks.CrossfitPle;

/// <summary>
/// The piecewise-linear encoding of one member (Gorishniy, Rubachev and Babenko, "On embeddings for numerical features in tabular deep
/// learning", 2022). A feature with the ascending edges e_0 … e_n has n bins. The code of bin t is (x − e_t) / (e_{t+1} − e_t), limited
/// to 0..1. The code of a value is therefore a run of ones, one fraction, and zeros. Gender has the code −1 (F) or 1 (M).
/// </summary>
internal sealed class PiecewiseEncoding
{
    public const int HbA1c = 0;
    public const int Age = 1;
    public const int Bmi = 2;

    /// <summary>The number of features with bins.</summary>
    public const int BinnedFeatures = 3;

    /// <summary>The last column, which has the gender.</summary>
    public const int GenderColumn = 52;

    /// <summary>The number of columns of the encoded row.</summary>
    public const int Width = GenderColumn + 1;

    private const int AgeColumn = 36;
    private const int BmiColumn = 44;

    private static readonly int[] MaxBinsOf = [36, 8, 8];
    private static readonly int[] FirstColumnOf = [0, AgeColumn, BmiColumn];

    private readonly double[][] _edges;
    private readonly double[] _lower = new double[GenderColumn];
    private readonly double[] _width = new double[GenderColumn];

    /// <param name="edges">The strictly ascending edges of HbA1c, AGE and BMI. Fewer than two edges make no bin.</param>
    /// <exception cref="ArgumentException">There are too many edges, or they are not finite and strictly ascending.</exception>
    public PiecewiseEncoding(params double[][] edges)
    {
        if (edges.Length != BinnedFeatures)
        {
            throw new ArgumentException("The encoding has three features with bins.", nameof(edges));
        }

        _edges = edges;

        // An unused bin starts at infinity, so its code is always zero.
        Array.Fill(_lower, double.PositiveInfinity);
        Array.Fill(_width, 1);
        for (var f = 0; f < BinnedFeatures; f++)
        {
            if (edges[f].Length > MaxBinsOf[f] + 1)
            {
                throw new ArgumentException("A feature has too many bins.", nameof(edges));
            }

            for (var t = 0; t + 1 < edges[f].Length; t++)
            {
                var width = edges[f][t + 1] - edges[f][t];
                if (!(width > 0) || !double.IsFinite(width))
                {
                    throw new ArgumentException("Edges ascend.", nameof(edges));
                }

                _lower[FirstColumnOf[f] + t] = edges[f][t];
                _width[FirstColumnOf[f] + t] = width;
            }
        }
    }

    /// <summary>The largest number of bins of a feature.</summary>
    public static int MaxBins(int feature) => MaxBinsOf[feature];

    /// <summary>The column of a feature's first bin.</summary>
    public static int FirstColumn(int feature) => FirstColumnOf[feature];

    /// <summary>The feature's ascending edges.</summary>
    public ReadOnlySpan<double> Edges(int feature) => _edges[feature];

    /// <summary>The bin in which a value lies and the fraction 0..1 of that bin; all bins before it have the code 1.</summary>
    /// <returns>(0, 0) for a feature without bins.</returns>
    public (int Bin, double Fraction) Locate(int feature, double x)
    {
        var edges = _edges[feature];
        if (edges.Length < 2 || !(x > edges[0]))
        {
            return (0, 0);
        }

        var (low, high) = (0, edges.Length - 2);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = edges[middle] <= x ? (middle, high) : (low, middle - 1);
        }

        return (low, Math.Min((x - edges[low]) / (edges[low + 1] - edges[low]), 1));
    }

    /// <summary>Writes the code (length <see cref="Width"/>) in double precision.</summary>
    public void Encode(PatientFeatures features, Span<double> code)
    {
        for (var f = 0; f < BinnedFeatures; f++)
        {
            var x = f switch { HbA1c => features.HbA1c, Age => features.Age, _ => features.Bmi };
            for (var c = FirstColumnOf[f]; c < FirstColumnOf[f] + MaxBinsOf[f]; c++)
            {
                code[c] = Math.Clamp((x - _lower[c]) / _width[c], 0, 1);
            }
        }

        code[GenderColumn] = SignOf(features.Gender);
    }

    /// <summary>A value's bin plus its fraction, 0 … number of bins. The code of bin t is this position minus t, limited to 0..1.</summary>
    public float PositionOf(int feature, double x)
    {
        var (bin, fraction) = Locate(feature, x);
        return (float)(bin + fraction);
    }

    /// <summary>Writes the code (length <see cref="Width"/>) for the training from the positions of the features.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteCode(float hba1c, float age, float bmi, float gender, Span<float> code)
    {
        // Five vectors cover HbA1c's 36 columns and the first four columns of AGE, which AGE's own vector overwrites afterwards.
        ref var first = ref MemoryMarshal.GetReference(code[..Width]);
        var position = Vector256.Create(hba1c);
        WriteBins(position, 0, ref first, 0);
        WriteBins(position, 8, ref first, 8);
        WriteBins(position, 16, ref first, 16);
        WriteBins(position, 24, ref first, 24);
        WriteBins(position, 32, ref first, 32);
        WriteBins(Vector256.Create(age), 0, ref first, AgeColumn);
        WriteBins(Vector256.Create(bmi), 0, ref first, BmiColumn);
        code[GenderColumn] = gender;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteBins(Vector256<float> position, int firstBin, ref float code, nuint column)
    {
        var bins = Vector256.Create(0f, 1, 2, 3, 4, 5, 6, 7) + Vector256.Create((float)firstBin);
        Vector256.Min(Vector256.Max(position - bins, Vector256<float>.Zero), Vector256<float>.One).StoreUnsafe(ref code, column);
    }

    /// <summary>The code of a gender: −1 (F) or 1 (M).</summary>
    public static float SignOf(Gender gender) => gender == Gender.M ? 1 : -1;
}
