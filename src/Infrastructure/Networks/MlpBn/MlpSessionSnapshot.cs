using System.Runtime.InteropServices;

namespace ModelOps.Infrastructure.Networks.MlpBn;

/// <summary>
/// The state of a training between two epochs. No state of the random numbers is needed, because each epoch derives them from
/// (seed, epoch). Format: numbers as <see cref="BinaryWriter"/> writes them; arrays as length and values, little-endian.
/// </summary>
/// <param name="Epoch">The number of completed epochs.</param>
/// <param name="Best">The weights of the best epoch; null without a validation side.</param>
internal sealed record MlpSessionSnapshot(int Epoch, MlpSnapshot State, MlpSnapshot? Best, int BestEpoch, double? BestLoss)
{
    public byte[] Write()
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream))
        {
            writer.Write(Epoch);
            writer.Write(BestEpoch);
            writer.Write(BestLoss ?? double.NaN);
            writer.Write(Best is not null);
            foreach (var state in (MlpSnapshot[])[State, .. Best is null ? [] : (MlpSnapshot[])[Best]])
            {
                writer.Write(state.Hidden);
                writer.Write(state.Steps);
                foreach (var values in Arrays(state))
                {
                    writer.Write(values.Length);
                    writer.Write(MemoryMarshal.AsBytes<float>(values));
                }
            }
        }

        return stream.ToArray();
    }

    public static MlpSessionSnapshot Read(byte[] snapshot)
    {
        using var reader = new BinaryReader(new MemoryStream(snapshot));
        var (epoch, bestEpoch, bestLoss, hasBest) = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadDouble(), reader.ReadBoolean());
        var state = ReadState(reader);
        return new MlpSessionSnapshot(
            epoch, state, hasBest ? ReadState(reader) : null, bestEpoch, double.IsNaN(bestLoss) ? null : bestLoss);
    }

    private static float[][] Arrays(MlpSnapshot state) =>
        [state.Parameters, state.FirstMoment, state.SecondMoment, state.RunningMean, state.RunningVariance];

    private static MlpSnapshot ReadState(BinaryReader reader)
    {
        var (hidden, steps) = (reader.ReadInt32(), reader.ReadSingle());
        float[] Next()
        {
            var values = new float[reader.ReadInt32()];
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
            return values;
        }

        return new MlpSnapshot(hidden, Next(), Next(), Next(), steps, Next(), Next());
    }
}
