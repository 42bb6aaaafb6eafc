using System.Text;

namespace ModelOps.Infrastructure.Networks.CrossfitPle;

/// <summary>
/// The format of a snapshot: a magic number and the format's version, the progress, then W1, b1, W2, b2 of the current weights, of both
/// moments and of the kept weights, as little-endian floats.
/// </summary>
internal static class CrossfitSnapshot
{
    private const int Format = 1;

    private static ReadOnlySpan<byte> Mark => "CFPL"u8;

    public static byte[] Write(CrossfitProgress progress, CrossfitWeights weights, CrossfitWeights first, CrossfitWeights second)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Mark);
        writer.Write(Format);
        writer.Write(weights.Hidden);
        writer.Write(progress.Steps);
        writer.Write(progress.LastImprovement);
        writer.Write(progress.Measured?.Loss ?? double.NaN);
        writer.Write(progress.Measured?.F1 ?? double.NaN);
        for (var m = 0; m < CrossfitShape.Members; m++)
        {
            writer.Write(progress.BestLosses[m]);
            writer.Write(progress.KeptEpochs[m]);
        }

        foreach (var array in ((CrossfitWeights[])[weights, first, second, progress.Kept]).SelectMany(w => w.Arrays))
        {
            foreach (var value in array)
            {
                writer.Write(value);
            }
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are not a snapshot of this network with this hidden size.</exception>
    public static (CrossfitProgress Progress, CrossfitWeights Weights, CrossfitWeights First, CrossfitWeights Second) Read(
        byte[] snapshot, int hidden)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(snapshot, writable: false), Encoding.UTF8);
            if (!reader.ReadBytes(Mark.Length).AsSpan().SequenceEqual(Mark) || reader.ReadInt32() != Format || reader.ReadInt32() != hidden)
            {
                throw new InvalidDataException("The snapshot is of another network.");
            }

            var (steps, lastImprovement) = (reader.ReadInt64(), reader.ReadInt64());
            var (loss, f1) = (reader.ReadDouble(), reader.ReadDouble());
            var bestLosses = new double[CrossfitShape.Members];
            var keptEpochs = new int[CrossfitShape.Members];
            for (var m = 0; m < bestLosses.Length; m++)
            {
                bestLosses[m] = reader.ReadDouble();
                keptEpochs[m] = reader.ReadInt32();
            }

            var (weights, first, second, kept) = (
                ReadWeights(reader, hidden), ReadWeights(reader, hidden), ReadWeights(reader, hidden), ReadWeights(reader, hidden));
            var progress = new CrossfitProgress(kept)
            {
                Steps = steps,
                LastImprovement = lastImprovement,
                BestLosses = bestLosses,
                KeptEpochs = keptEpochs,
                Measured = double.IsNaN(loss) ? null : (loss, f1),
            };
            return reader.BaseStream.Position == snapshot.Length
                ? (progress, weights, first, second)
                : throw new InvalidDataException("The snapshot has trailing bytes.");
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException("The snapshot is cut off.", exception);
        }
    }

    private static CrossfitWeights ReadWeights(BinaryReader reader, int hidden)
    {
        var weights = CrossfitWeights.Zeros(hidden);
        foreach (var array in weights.Arrays)
        {
            for (var i = 0; i < array.Length; i++)
            {
                array[i] = reader.ReadSingle();
            }
        }

        return weights;
    }
}
