using System.Text;

namespace ModelOps.Browser.Tests;

/// <summary>
/// Joins still WebP pictures of one size into an animation, without decoding them. Source of the format:
/// https://developers.google.com/speed/webp/docs/riff_container.
/// </summary>
internal static class AnimatedWebP
{
    private const byte IsAnimated = 0x02;

    /// <summary>The frame replaces what was there instead of being blended with it.</summary>
    private const byte Replaces = 0x02;

    /// <param name="frames">Complete WebP files.</param>
    /// <param name="width">Pixels of every frame.</param>
    /// <param name="height">Pixels of every frame.</param>
    /// <param name="milliseconds">How long each frame stands; the last one stands eight times as long.</param>
    /// <returns>A WebP file that repeats for ever.</returns>
    public static byte[] Join(IReadOnlyList<byte[]> frames, int width, int height, int milliseconds)
    {
        using var body = new MemoryStream();
        using var writer = new BinaryWriter(body);
        writer.Write("WEBP"u8);
        WriteChunk(writer, "VP8X", [IsAnimated, 0, 0, 0, .. Three(width - 1), .. Three(height - 1)]);
        WriteChunk(writer, "ANIM", [255, 255, 255, 255, 0, 0]);
        for (var i = 0; i < frames.Count; i++)
        {
            var duration = i == frames.Count - 1 ? 8 * milliseconds : milliseconds;
            WriteChunk(writer, "ANMF",
                [.. Three(0), .. Three(0), .. Three(width - 1), .. Three(height - 1), .. Three(duration), Replaces, .. Image(frames[i])]);
        }

        writer.Flush();
        return [.. "RIFF"u8, .. BitConverter.GetBytes((int)body.Length), .. body.ToArray()];
    }

    /// <summary>The chunks of a still picture that hold its pixels.</summary>
    private static byte[] Image(byte[] file)
    {
        Assert.Equal("WEBP", Encoding.ASCII.GetString(file, 8, 4));
        using var image = new MemoryStream();
        for (var at = 12; at + 8 <= file.Length;)
        {
            var length = BitConverter.ToInt32(file, at + 4);
            var padded = 8 + length + (length & 1);
            if (Encoding.ASCII.GetString(file, at, 4) is "VP8 " or "VP8L" or "ALPH")
            {
                image.Write(file, at, Math.Min(padded, file.Length - at));
            }

            at += padded;
        }

        Assert.NotEqual(0, image.Length);
        return image.ToArray();
    }

    private static void WriteChunk(BinaryWriter writer, string name, byte[] data)
    {
        writer.Write(Encoding.ASCII.GetBytes(name));
        writer.Write(data.Length);
        writer.Write(data);
        if (data.Length % 2 == 1)
        {
            writer.Write((byte)0);
        }
    }

    private static byte[] Three(int number) => [(byte)number, (byte)(number >> 8), (byte)(number >> 16)];
}
