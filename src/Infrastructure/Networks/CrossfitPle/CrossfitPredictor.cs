using System.Numerics;
using System.Runtime.InteropServices;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Networks.CrossfitPle;

/// <summary>
/// Predicts with crossfit-ple from plain arrays, without a native library or allocations. Thread-safe. A feature's code is a run of ones
/// and one fraction. W1 is therefore stored as prefix sums over the bins, and a feature costs two rows of these sums. Along the HbA1c
/// grid only HbA1c's part of the hidden layer changes. That part is precomputed for every grid point.
/// </summary>
internal sealed class CrossfitPredictor : INetworkPredictor
{
    private readonly MemberArrays[] _members;
    private readonly double _networkShare;

    private CrossfitPredictor(MemberArrays[] members, double networkShare)
    {
        _members = members;
        _networkShare = networkShare;
    }

    /// <exception cref="InvalidDataException">A file is missing or was not written by this network.</exception>
    public static CrossfitPredictor Load(IReadOnlyDictionary<string, byte[]> files)
    {
        var network = CrossfitFiles.Read(files);
        return new CrossfitPredictor(
            [.. Enumerable.Range(0, CrossfitShape.Members).Select(m => new MemberArrays(network.Encodings[m], network.Weights, m))],
            SmallDataMixture.NetworkShare(network.Rows));
    }

    /// <summary>By construction: the probability is a running maximum along HbA1c.</summary>
    public bool IsMonotone => true;

    public double? Predict(PatientFeatures features, Span<double> probabilities) => Answer(features, _members, probabilities);

    /// <summary>Predicts with a single member.</summary>
    public void PredictBy(int member, PatientFeatures features, Span<double> probabilities) =>
        Answer(features, _members.AsSpan(member, 1), probabilities);

    /// <returns>The share of members whose most probable class, before the grid and the rule are applied, equals the answer's.</returns>
    private double Answer(PatientFeatures features, ReadOnlySpan<MemberArrays> members, Span<double> probabilities)
    {
        var clinical = features.HbA1c >= HbA1cGrid.From;
        var (point, fraction) = clinical ? HbA1cGrid.Locate(features.HbA1c) : (-2, 0);
        Span<double> diabetes = stackalloc double[MemberArrays.PaddedPoints(point + 2)];
        diabetes.Clear();
        Span<double> own = stackalloc double[DiabetesClasses.Count];
        Span<double> sums = stackalloc double[DiabetesClasses.Count];
        sums.Clear();
        Span<int> votes = stackalloc int[DiabetesClasses.Count];
        votes.Clear();
        foreach (var member in members)
        {
            member.Answer(features, own, diabetes);
            for (var c = 0; c < own.Length; c++)
            {
                sums[c] += own[c];
            }

            votes[(int)Evaluator.PredictedClass(own)]++;
        }

        for (var c = 0; c < sums.Length; c++)
        {
            probabilities[c] = sums[c] / members.Length;
        }

        double? monotone = clinical ? Math.Min(HbA1cGrid.Monotone(diabetes, point, fraction) / members.Length, 1) : null;
        SmallDataMixture.Complete(features, monotone, _networkShare, probabilities);
        return (double)votes[(int)Evaluator.PredictedClass(probabilities)] / members.Length;
    }

    /// <summary>The weights of one member. Rows of hidden units are zero-padded to whole SIMD vectors.</summary>
    private sealed class MemberArrays
    {
        /// <summary>The number of grid points that are computed together, so that they share memory reads.</summary>
        private const int Block = 4;

        private readonly PiecewiseEncoding _encoding;
        private readonly int _stride;

        // Per gender: b1 plus or minus the weights of gender.
        private readonly double[][] _bias;

        // Per feature: row t is the sum of the weights of the bins before t.
        private readonly double[][] _sums;

        // HbA1c's part of the hidden layer at each grid point. It is constant after the last edge.
        private readonly double[] _grid;
        private readonly int _gridPoints;
        private readonly double[] _toA;
        private readonly double[] _toG;
        private readonly double _biasA;
        private readonly double _biasG;

        public MemberArrays(PiecewiseEncoding encoding, CrossfitWeights weights, int member)
        {
            var hidden = weights.Hidden;
            _encoding = encoding;
            _stride = (hidden + Vector<double>.Count - 1) / Vector<double>.Count * Vector<double>.Count;
            var w1 = weights.OfMember(0, member);
            var b1 = weights.OfMember(1, member);
            var w2 = weights.OfMember(2, member);
            var b2 = weights.OfMember(3, member);
            _bias = [new double[_stride], new double[_stride]];
            _toA = new double[_stride];
            _toG = new double[_stride];
            (_biasA, _biasG) = (b2[0], b2[1]);
            for (var i = 0; i < hidden; i++)
            {
                foreach (var gender in (Gender[])[Gender.F, Gender.M])
                {
                    var weight = (double)w1[(PiecewiseEncoding.GenderColumn * hidden) + i];
                    _bias[(int)gender][i] = b1[i] + (PiecewiseEncoding.SignOf(gender) * weight);
                }

                _toA[i] = w2[i * CrossfitShape.Outputs];
                _toG[i] = w2[(i * CrossfitShape.Outputs) + 1];
            }

            _sums = new double[PiecewiseEncoding.BinnedFeatures][];
            for (var f = 0; f < _sums.Length; f++)
            {
                var bins = PiecewiseEncoding.MaxBins(f);
                _sums[f] = new double[(bins + 1) * _stride];
                for (var t = 0; t < bins; t++)
                {
                    for (var i = 0; i < hidden; i++)
                    {
                        _sums[f][((t + 1) * _stride) + i] =
                            _sums[f][(t * _stride) + i] + w1[((PiecewiseEncoding.FirstColumn(f) + t) * hidden) + i];
                    }
                }
            }

            var edges = encoding.Edges(PiecewiseEncoding.HbA1c);
            _gridPoints = 1;
            while (_gridPoints < HbA1cGrid.Count && edges.Length > 0 && HbA1cGrid.ValueOf(_gridPoints - 1) < edges[^1])
            {
                _gridPoints++;
            }

            _grid = new double[PaddedPoints(_gridPoints) * _stride];
            for (var j = 0; j < _gridPoints; j++)
            {
                Add(PiecewiseEncoding.HbA1c, HbA1cGrid.ValueOf(j), _grid.AsSpan(j * _stride, _stride));
            }
        }

        /// <summary>The buffer length for a number of grid points, rounded up to whole blocks.</summary>
        public static int PaddedPoints(int points) => (points + Block - 1) / Block * Block;

        /// <summary>
        /// Writes the member's probabilities and adds its P(Diabetes) at each grid point to <paramref name="diabetes"/>.
        /// </summary>
        public void Answer(PatientFeatures features, Span<double> own, Span<double> diabetes)
        {
            Span<double> rest = stackalloc double[_stride];
            _bias[(int)features.Gender].CopyTo(rest);
            Add(PiecewiseEncoding.Age, features.Age, rest);
            Add(PiecewiseEncoding.Bmi, features.Bmi, rest);
            Span<double> part = stackalloc double[_stride];
            part.Clear();
            Add(PiecewiseEncoding.HbA1c, features.HbA1c, part);
            var (ownA, ownG) = Outputs(rest, part);
            OrderedOutput.Probabilities(ownA, ownG, own);

            Span<double> a = stackalloc double[diabetes.Length];
            Span<double> g = stackalloc double[diabetes.Length];
            var known = Math.Min(diabetes.Length, _gridPoints);
            for (var j = 0; j < known; j += Block)
            {
                BlockOutputs(rest, _grid.AsSpan(j * _stride, Block * _stride), a.Slice(j, Block), g.Slice(j, Block));
            }

            if (known > 0)
            {
                a[known..].Fill(a[known - 1]);
                g[known..].Fill(g[known - 1]);
            }

            AddDiabetes(a, g, diabetes);
        }

        /// <summary>Adds the feature's part to the hidden layer.</summary>
        private void Add(int feature, double x, Span<double> hidden)
        {
            var (bin, fraction) = _encoding.Locate(feature, x);
            ref var lower = ref _sums[feature][bin * _stride];
            ref var upper = ref _sums[feature][(bin + 1) * _stride];
            ref var to = ref MemoryMarshal.GetReference(hidden);
            var factor = new Vector<double>(fraction);
            for (nuint i = 0; i < (nuint)_stride; i += (nuint)Vector<double>.Count)
            {
                var before = Vector.LoadUnsafe(ref lower, i);
                var sum = before + ((Vector.LoadUnsafe(ref upper, i) - before) * factor);
                (Vector.LoadUnsafe(ref to, i) + sum).StoreUnsafe(ref to, i);
            }
        }

        private (double A, double G) Outputs(ReadOnlySpan<double> rest, ReadOnlySpan<double> part)
        {
            ref var first = ref MemoryMarshal.GetReference(rest);
            ref var second = ref MemoryMarshal.GetReference(part);
            ref var toA = ref MemoryMarshal.GetArrayDataReference(_toA);
            ref var toG = ref MemoryMarshal.GetArrayDataReference(_toG);
            var (a, g) = (Vector<double>.Zero, Vector<double>.Zero);
            for (nuint i = 0; i < (nuint)_stride; i += (nuint)Vector<double>.Count)
            {
                var unit = Vector.Max(Vector.LoadUnsafe(ref first, i) + Vector.LoadUnsafe(ref second, i), Vector<double>.Zero);
                a = Vector.MultiplyAddEstimate(unit, Vector.LoadUnsafe(ref toA, i), a);
                g = Vector.MultiplyAddEstimate(unit, Vector.LoadUnsafe(ref toG, i), g);
            }

            return (_biasA + Vector.Sum(a), _biasG + Vector.Sum(g));
        }

        /// <summary>The outputs at <see cref="Block"/> grid points.</summary>
        private void BlockOutputs(ReadOnlySpan<double> rest, ReadOnlySpan<double> grid, Span<double> a, Span<double> g)
        {
            ref var from = ref MemoryMarshal.GetReference(rest);
            ref var part = ref MemoryMarshal.GetReference(grid);
            ref var toA = ref MemoryMarshal.GetArrayDataReference(_toA);
            ref var toG = ref MemoryMarshal.GetArrayDataReference(_toG);
            var stride = (nuint)_stride;
            var (a0, a1, a2, a3) = (Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero);
            var (g0, g1, g2, g3) = (Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero);
            for (nuint i = 0; i < stride; i += (nuint)Vector<double>.Count)
            {
                var shared = Vector.LoadUnsafe(ref from, i);
                var weightA = Vector.LoadUnsafe(ref toA, i);
                var weightG = Vector.LoadUnsafe(ref toG, i);
                var unit0 = Vector.Max(shared + Vector.LoadUnsafe(ref part, i), Vector<double>.Zero);
                var unit1 = Vector.Max(shared + Vector.LoadUnsafe(ref part, stride + i), Vector<double>.Zero);
                var unit2 = Vector.Max(shared + Vector.LoadUnsafe(ref part, (2 * stride) + i), Vector<double>.Zero);
                var unit3 = Vector.Max(shared + Vector.LoadUnsafe(ref part, (3 * stride) + i), Vector<double>.Zero);
                a0 = Vector.MultiplyAddEstimate(unit0, weightA, a0);
                g0 = Vector.MultiplyAddEstimate(unit0, weightG, g0);
                a1 = Vector.MultiplyAddEstimate(unit1, weightA, a1);
                g1 = Vector.MultiplyAddEstimate(unit1, weightG, g1);
                a2 = Vector.MultiplyAddEstimate(unit2, weightA, a2);
                g2 = Vector.MultiplyAddEstimate(unit2, weightG, g2);
                a3 = Vector.MultiplyAddEstimate(unit3, weightA, a3);
                g3 = Vector.MultiplyAddEstimate(unit3, weightG, g3);
            }

            (a[0], a[1], a[2], a[3]) = (_biasA + Vector.Sum(a0), _biasA + Vector.Sum(a1), _biasA + Vector.Sum(a2), _biasA + Vector.Sum(a3));
            (g[0], g[1], g[2], g[3]) = (_biasG + Vector.Sum(g0), _biasG + Vector.Sum(g1), _biasG + Vector.Sum(g2), _biasG + Vector.Sum(g3));
        }

        /// <summary>Adds P(Diabetes) = σ(a − softplus(g)) = 1 / (1 + e^(−a) + e^(g − a)).</summary>
        private static void AddDiabetes(ReadOnlySpan<double> a, ReadOnlySpan<double> g, Span<double> diabetes)
        {
            ref var toA = ref MemoryMarshal.GetReference(a);
            ref var toG = ref MemoryMarshal.GetReference(g);
            ref var to = ref MemoryMarshal.GetReference(diabetes);
            var j = 0;
            for (; j + Vector<double>.Count <= diabetes.Length; j += Vector<double>.Count)
            {
                var va = Vector.LoadUnsafe(ref toA, (nuint)j);
                var vg = Vector.LoadUnsafe(ref toG, (nuint)j);
                var p = Vector<double>.One / (Vector<double>.One + Vector.Exp(-va) + Vector.Exp(vg - va));
                (Vector.LoadUnsafe(ref to, (nuint)j) + p).StoreUnsafe(ref to, (nuint)j);
            }

            for (; j < diabetes.Length; j++)
            {
                diabetes[j] += 1 / (1 + Math.Exp(-a[j]) + Math.Exp(g[j] - a[j]));
            }
        }
    }
}
