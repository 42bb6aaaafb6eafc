using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Networks.CrossfitPle;

/// <summary>
/// The training rows in the form that the members read. Each member has its own encoding and class weights, computed from its own training
/// rows. The order of each epoch is derived from (seed, member, epoch). The codes are computed batch by batch from 12 bytes per row and
/// member, because all codes would take 2 kB per row.
/// </summary>
internal sealed class CrossfitData
{
    // Per member: the positions of HbA1c, AGE and BMI of each row.
    private readonly float[][] _positions = new float[CrossfitShape.Members][];
    private readonly float[] _gender;
    private readonly byte[] _classes;

    // Per row: the folds that hold its inputs. The members of these folds don't learn from the row.
    private readonly FoldSet[] _folds;
    private readonly int _seed;
    private readonly int[][] _orders = new int[CrossfitShape.Members][];
    private readonly double[][] _classWeights = new double[CrossfitShape.Members][];

    /// <exception cref="RefusalException"><c>not_enough_classes</c></exception>
    public CrossfitData(TrainingRows rows, int seed)
    {
        var count = rows.Distinct.Count;
        double[][] values = [new double[count], new double[count], new double[count]];
        _gender = new float[count];
        _classes = new byte[count];
        _folds = rows.FoldsOfInputs();
        _seed = seed;
        for (var i = 0; i < count; i++)
        {
            var (features, @class) = rows.Distinct[i];
            (values[PiecewiseEncoding.HbA1c][i], values[PiecewiseEncoding.Age][i], values[PiecewiseEncoding.Bmi][i]) =
                (features.HbA1c, features.Age, features.Bmi);
            _gender[i] = PiecewiseEncoding.SignOf(features.Gender);
            _classes[i] = (byte)@class;
        }

        Encodings = MakeEncodings(values);
        for (var m = 0; m < CrossfitShape.Members; m++)
        {
            _positions[m] = Positions(Encodings[m], values);
            FoldRows.Add([.. Enumerable.Range(0, count).Where(i => rows.Folds[i] == m)]);
            var classes = CountClasses(m);
            _classWeights[m] = ClassWeights(classes);
            LearnedRows[m] = classes.Sum();
        }

        Longest = LearnedRows.Max();
        if (Longest == 0)
        {
            // All folds have the same inputs, so no member may learn from any row.
            throw DataRefusals.NotEnoughClasses();
        }
    }

    public int Rows => _classes.Length;

    /// <summary>The encoding of each member.</summary>
    public IReadOnlyList<PiecewiseEncoding> Encodings { get; }

    /// <summary>The ascending row numbers of each fold.</summary>
    public List<int[]> FoldRows { get; } = new(CrossfitShape.Members);

    /// <summary>The number of rows that each member learns from.</summary>
    public int[] LearnedRows { get; } = new int[CrossfitShape.Members];

    /// <summary>The largest number of training rows of any member.</summary>
    public int Longest { get; }

    public int ClassOf(int row) => _classes[row];

    /// <summary>The folds that hold the row's inputs: its own one, and more where several patients have equal inputs.</summary>
    public FoldSet FoldsOf(int row) => _folds[row];

    /// <summary>w_c = (n / (3·n_c))^0.25 for the classes that occur, scaled to mean 1 over the rows; 0 for classes without rows.</summary>
    public static double[] ClassWeights(ReadOnlySpan<int> counts)
    {
        var rows = 0;
        foreach (var count in counts)
        {
            rows += count;
        }

        var weights = new double[counts.Length];
        var total = 0.0;
        for (var c = 0; c < weights.Length; c++)
        {
            weights[c] = counts[c] == 0 ? 0 : Math.Pow(rows / (3.0 * counts[c]), 0.25);
            total += weights[c] * counts[c];
        }

        for (var c = 0; c < weights.Length && total > 0; c++)
        {
            weights[c] *= rows / total;
        }

        return weights;
    }

    /// <summary>
    /// Shuffles each member's training rows for an epoch. Epochs are numbered from 1. Shorter lists are padded to <see cref="Longest"/>
    /// with rows drawn again. The order does not depend on earlier epochs.
    /// </summary>
    public void Shuffle(int epoch)
    {
        for (var m = 0; m < CrossfitShape.Members; m++)
        {
            var order = _orders[m] ??= new int[Longest];
            var count = 0;
            for (var i = 0; i < _folds.Length; i++)
            {
                if (!_folds[i].Contains(m))
                {
                    order[count++] = i;
                }
            }

            var random = new SeededRandom(_seed, RandomPurpose.MemberOrder, (epoch * CrossfitShape.Members) + m);
            for (var i = count; i < order.Length; i++)
            {
                // A member without training rows reads an arbitrary row with weight 0, so it learns nothing.
                order[i] = count == 0 ? 0 : order[random.NextInt32(count)];
            }

            random.Shuffle(order.AsSpan());
        }
    }

    /// <summary>Fills batch <paramref name="slot"/> of the chunk with rows in the current order, from <paramref name="from"/> on.</summary>
    public void FillBatch(CrossfitChunk chunk, int slot, int from)
    {
        var batchRows = chunk.BatchRows;
        var rowsBefore = slot * CrossfitShape.Members * batchRows;
        var codes = chunk.Codes[(rowsBefore * PiecewiseEncoding.Width)..];
        var lossWeights = chunk.Weights[(rowsBefore * CrossfitChunk.LossWeights)..];
        for (var m = 0; m < CrossfitShape.Members; m++)
        {
            var order = _orders[m].AsSpan(from, batchRows);
            for (var i = 0; i < order.Length; i++)
            {
                var row = order[i];
                EncodeRow(m, row, codes[..PiecewiseEncoding.Width]);
                var weight = (float)(_classWeights[m][_classes[row]] / batchRows);
                var @class = (DiabetesClass)_classes[row];
                lossWeights[0] = @class == DiabetesClass.Diabetes ? 0 : weight;
                lossWeights[1] = @class == DiabetesClass.Negative ? 0 : weight;
                lossWeights[2] = @class == DiabetesClass.Prediabetes ? weight : 0;
                codes = codes[PiecewiseEncoding.Width..];
                lossWeights = lossWeights[CrossfitChunk.LossWeights..];
            }
        }
    }

    /// <summary>Writes a row's code in a member's encoding (length <see cref="PiecewiseEncoding.Width"/>).</summary>
    public void EncodeRow(int member, int row, Span<float> code)
    {
        var positions = _positions[member].AsSpan(row * PiecewiseEncoding.BinnedFeatures, PiecewiseEncoding.BinnedFeatures);
        PiecewiseEncoding.WriteCode(
            positions[PiecewiseEncoding.HbA1c], positions[PiecewiseEncoding.Age], positions[PiecewiseEncoding.Bmi], _gender[row], code);
    }

    private static float[] Positions(PiecewiseEncoding encoding, double[][] values)
    {
        var positions = new float[values[0].Length * PiecewiseEncoding.BinnedFeatures];
        for (var i = 0; i < positions.Length; i++)
        {
            var (row, feature) = Math.DivRem(i, PiecewiseEncoding.BinnedFeatures);
            positions[i] = encoding.PositionOf(feature, values[feature][row]);
        }

        return positions;
    }

    private int[] CountClasses(int member)
    {
        var counts = new int[DiabetesClasses.Count];
        for (var i = 0; i < _classes.Length; i++)
        {
            counts[_classes[i]] += _folds[i].Contains(member) ? 0 : 1;
        }

        return counts;
    }

    private PiecewiseEncoding[] MakeEncodings(double[][] values)
    {
        var edges = new double[CrossfitShape.Members][][];
        for (var m = 0; m < edges.Length; m++)
        {
            edges[m] = new double[PiecewiseEncoding.BinnedFeatures][];
        }

        for (var f = 0; f < PiecewiseEncoding.BinnedFeatures; f++)
        {
            var all = new BinEdges(values[f], _classes, _folds);
            for (var m = 0; m < edges.Length; m++)
            {
                edges[m][f] = all.Of(f, withoutFold: m);
            }
        }

        return [.. edges.Select(e => new PiecewiseEncoding(e))];
    }
}
