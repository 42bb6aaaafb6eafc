using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
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
    /// <summary>The number of members, rounded up to whole SIMD vectors.</summary>
    private static readonly int PaddedMembers =
        (CrossfitShape.Members + Vector<double>.Count - 1) / Vector<double>.Count * Vector<double>.Count;

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
        Span<double> outputs = stackalloc double[2 * PaddedMembers];
        outputs.Clear();
        var a = outputs[..PaddedMembers];
        var g = outputs[PaddedMembers..];
        for (var m = 0; m < members.Length; m++)
        {
            (a[m], g[m]) = members[m].Answer(features, diabetes);
        }

        Span<double> own = stackalloc double[DiabetesClasses.Count * PaddedMembers];
        OrderedOutput.Probabilities(a, g, own[..PaddedMembers], own[PaddedMembers..^PaddedMembers], own[^PaddedMembers..]);
        Span<int> votes = stackalloc int[DiabetesClasses.Count];
        votes.Clear();
        probabilities.Clear();
        Span<double> one = stackalloc double[DiabetesClasses.Count];
        for (var m = 0; m < members.Length; m++)
        {
            for (var c = 0; c < one.Length; c++)
            {
                one[c] = own[(c * PaddedMembers) + m];
                probabilities[c] += one[c];
            }

            votes[(int)Evaluator.PredictedClass(one)]++;
        }

        foreach (ref var p in probabilities)
        {
            p /= members.Length;
        }

        double? monotone = clinical ? Math.Min(HbA1cGrid.Monotone(diabetes, point, fraction) / members.Length, 1) : null;
        SmallDataMixture.Complete(features, monotone, _networkShare, probabilities);
        return (double)votes[(int)Evaluator.PredictedClass(probabilities)] / members.Length;
    }

    /// <summary>The weights of one member. Rows of hidden units are zero-padded to whole SIMD vectors.</summary>
    private sealed class MemberArrays
    {
        /// <summary>The number of grid points that are computed together, one in each lane of one or two SIMD vectors.</summary>
        private const int Block = 8;

        private readonly PiecewiseEncoding _encoding;
        private readonly int _stride;

        // Per gender: b1 plus or minus the weights of gender.
        private readonly double[][] _bias;

        // Per feature: row t is the sum of the weights of the bins before t.
        private readonly double[][] _sums;

        // HbA1c's part of the hidden layer on the grid, by block, hidden unit and grid point. It is constant after the last edge.
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
            var points = 1;
            while (points < HbA1cGrid.Count && edges.Length > 0 && HbA1cGrid.ValueOf(points - 1) < edges[^1])
            {
                points++;
            }

            // The last block is filled up with its last point.
            _gridPoints = PaddedPoints(points);
            _grid = new double[_gridPoints * _stride];
            for (var j = 0; j < _gridPoints; j++)
            {
                var part = Find(PiecewiseEncoding.HbA1c, HbA1cGrid.ValueOf(Math.Min(j, points - 1)));
                for (var i = 0; i < _stride; i += Vector<double>.Count)
                {
                    var units = part.At((nuint)i);
                    for (var k = 0; k < Vector<double>.Count; k++)
                    {
                        _grid[(((j / Block * _stride) + i + k) * Block) + (j % Block)] = units[k];
                    }
                }
            }
        }

        /// <summary>The buffer length for a number of grid points, rounded up to whole blocks.</summary>
        public static int PaddedPoints(int points) => (points + Block - 1) / Block * Block;

        /// <summary>Adds the member's P(Diabetes) at each grid point to <paramref name="diabetes"/>.</summary>
        /// <returns>The member's outputs for the patient's own HbA1c.</returns>
        public (double A, double G) Answer(PatientFeatures features, Span<double> diabetes)
        {
            Span<double> rest = stackalloc double[_stride];
            var own = Outputs(features, rest);
            var known = Math.Min(diabetes.Length, _gridPoints);
            var last = 0.0;
            for (var j = 0; j < known; j += Block)
            {
                last = AddDiabetes(rest, j, ref diabetes[j]);
            }

            for (var j = known; j < diabetes.Length; j++)
            {
                diabetes[j] += last;
            }

            return own;
        }

        private Place Find(int feature, double x)
        {
            var (bin, fraction) = _encoding.Locate(feature, x);
            return new Place(ref _sums[feature][bin * _stride], ref _sums[feature][(bin + 1) * _stride], fraction);
        }

        /// <summary>Writes the hidden layer without HbA1c's part to <paramref name="rest"/>.</summary>
        /// <returns>The outputs for the patient's own HbA1c.</returns>
        private (double A, double G) Outputs(PatientFeatures features, Span<double> rest)
        {
            var age = Find(PiecewiseEncoding.Age, features.Age);
            var bmi = Find(PiecewiseEncoding.Bmi, features.Bmi);
            var hba1c = Find(PiecewiseEncoding.HbA1c, features.HbA1c);
            ref var bias = ref MemoryMarshal.GetArrayDataReference(_bias[(int)features.Gender]);
            ref var to = ref MemoryMarshal.GetReference(rest);
            ref var toA = ref MemoryMarshal.GetArrayDataReference(_toA);
            ref var toG = ref MemoryMarshal.GetArrayDataReference(_toG);
            var (a, g) = (Vector<double>.Zero, Vector<double>.Zero);
            for (nuint i = 0; i < (nuint)_stride; i += (nuint)Vector<double>.Count)
            {
                var shared = Vector.LoadUnsafe(ref bias, i) + age.At(i) + bmi.At(i);
                shared.StoreUnsafe(ref to, i);
                var unit = Vector.Max(shared + hba1c.At(i), Vector<double>.Zero);
                a = Vector.MultiplyAddEstimate(unit, Vector.LoadUnsafe(ref toA, i), a);
                g = Vector.MultiplyAddEstimate(unit, Vector.LoadUnsafe(ref toG, i), g);
            }

            return (_biasA + Vector.Sum(a), _biasG + Vector.Sum(g));
        }

        /// <summary>
        /// Adds P(Diabetes) = σ(a − softplus(g)) = 1 / (1 + e^(−a) + e^(g − a)) at the <see cref="Block"/> grid points from
        /// <paramref name="point"/> on. Each lane sums over the hidden units in the same order, so the width of the processor's vectors
        /// doesn't matter. The units at even and odd places have sums of their own, because an addition waits for the one before it.
        /// </summary>
        /// <returns>P(Diabetes) at the last of these points.</returns>
        private double AddDiabetes(ReadOnlySpan<double> rest, int point, ref double diabetes)
        {
            ref var part = ref _grid[point * _stride];
            ref var from = ref MemoryMarshal.GetReference(rest);
            ref var toA = ref MemoryMarshal.GetArrayDataReference(_toA);
            ref var toG = ref MemoryMarshal.GetArrayDataReference(_toG);
            if (Vector512.IsHardwareAccelerated)
            {
                var (evenA, evenG) = (Vector512.Create(_biasA), Vector512.Create(_biasG));
                var (oddA, oddG) = (Vector512<double>.Zero, Vector512<double>.Zero);
                for (nuint i = 0; i < (nuint)_stride; i += 2)
                {
                    var even = Unit512(ref part, ref from, i);
                    var odd = Unit512(ref part, ref from, i + 1);
                    evenA = Vector512.MultiplyAddEstimate(even, Vector512.Create(Unsafe.Add(ref toA, i)), evenA);
                    evenG = Vector512.MultiplyAddEstimate(even, Vector512.Create(Unsafe.Add(ref toG, i)), evenG);
                    oddA = Vector512.MultiplyAddEstimate(odd, Vector512.Create(Unsafe.Add(ref toA, i + 1)), oddA);
                    oddG = Vector512.MultiplyAddEstimate(odd, Vector512.Create(Unsafe.Add(ref toG, i + 1)), oddG);
                }

                var (a, g) = (evenA + oddA, evenG + oddG);
                var p = Vector512<double>.One / (Vector512<double>.One + Vector512.Exp(-a) + Vector512.Exp(g - a));
                (Vector512.LoadUnsafe(ref diabetes) + p).StoreUnsafe(ref diabetes);
                return p[Block - 1];
            }

            var last = 0.0;
            for (var half = 0; half < Block; half += Vector256<double>.Count)
            {
                ref var ours = ref Unsafe.Add(ref part, half);
                var (evenA, evenG) = (Vector256.Create(_biasA), Vector256.Create(_biasG));
                var (oddA, oddG) = (Vector256<double>.Zero, Vector256<double>.Zero);
                for (nuint i = 0; i < (nuint)_stride; i += 2)
                {
                    var even = Unit256(ref ours, ref from, i);
                    var odd = Unit256(ref ours, ref from, i + 1);
                    evenA = Vector256.MultiplyAddEstimate(even, Vector256.Create(Unsafe.Add(ref toA, i)), evenA);
                    evenG = Vector256.MultiplyAddEstimate(even, Vector256.Create(Unsafe.Add(ref toG, i)), evenG);
                    oddA = Vector256.MultiplyAddEstimate(odd, Vector256.Create(Unsafe.Add(ref toA, i + 1)), oddA);
                    oddG = Vector256.MultiplyAddEstimate(odd, Vector256.Create(Unsafe.Add(ref toG, i + 1)), oddG);
                }

                var (a, g) = (evenA + oddA, evenG + oddG);
                var p = Vector256<double>.One / (Vector256<double>.One + Vector256.Exp(-a) + Vector256.Exp(g - a));
                (Vector256.LoadUnsafe(ref diabetes, (nuint)half) + p).StoreUnsafe(ref diabetes, (nuint)half);
                last = p[Vector256<double>.Count - 1];
            }

            return last;
        }

        private static Vector512<double> Unit512(ref double part, ref double rest, nuint i) =>
            Vector512.Max(Vector512.LoadUnsafe(ref part, i * Block) + Vector512.Create(Unsafe.Add(ref rest, i)), Vector512<double>.Zero);

        private static Vector256<double> Unit256(ref double part, ref double rest, nuint i) =>
            Vector256.Max(Vector256.LoadUnsafe(ref part, i * Block) + Vector256.Create(Unsafe.Add(ref rest, i)), Vector256<double>.Zero);

        /// <summary>A value's place between two rows of a feature's sums.</summary>
        private readonly ref struct Place(ref double lower, ref double upper, double fraction)
        {
            private readonly ref double _lower = ref lower;
            private readonly ref double _upper = ref upper;
            private readonly Vector<double> _fraction = new(fraction);

            /// <summary>The feature's part of the hidden layer, from unit <paramref name="i"/> on.</summary>
            public Vector<double> At(nuint i)
            {
                var before = Vector.LoadUnsafe(ref _lower, i);
                return before + ((Vector.LoadUnsafe(ref _upper, i) - before) * _fraction);
            }
        }
    }
}
