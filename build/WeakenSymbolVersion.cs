using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Copies a 64-bit little-endian ELF library and marks one needed symbol version as weak (VER_FLG_WEAK in .gnu.version_r, see the
/// Linux Standard Base, "Symbol Versioning"), so that the loader accepts a system library which lacks it. Only for a version behind
/// which no relocation stands: TorchSharp's library names GLIBCXX_3.4.32 for a marker symbol that nothing looks up, and
/// Debian 12 and Ubuntu 22.04 have 3.4.30. A library without the version is copied as it is.
/// </summary>
public class WeakenSymbolVersion : Task
{
    private const uint VersionNeeds = 0x6ffffffe;
    private const ushort Weak = 2;

    [Required]
    public string Source { get; set; }

    [Required]
    public string Destination { get; set; }

    [Required]
    public string Version { get; set; }

    public override bool Execute()
    {
        byte[] image = File.ReadAllBytes(Source);
        Log.LogMessage(MessageImportance.Low, "{0} entries of {1} marked weak", Mark(image), Version);

        // Another name and a rename: a program that has the old copy mapped must not see its pages change.
        string temporary = Destination + "." + Guid.NewGuid().ToString("N");
        File.WriteAllBytes(temporary, image);
        if (File.Exists(Destination))
        {
            File.Delete(Destination);
        }

        File.Move(temporary, Destination);
        return true;
    }

    private int Mark(byte[] image)
    {
        if (image.Length < 64 || image[0] != 0x7f || image[1] != 'E' || image[2] != 'L' || image[3] != 'F' || image[4] != 2
            || image[5] != 1)
        {
            return 0;
        }

        long sections = BitConverter.ToInt64(image, 0x28);
        int size = BitConverter.ToUInt16(image, 0x3A);
        int count = BitConverter.ToUInt16(image, 0x3C);
        int marked = 0;
        for (int i = 0; i < count; i++)
        {
            int header = checked((int)(sections + (long)i * size));
            if (BitConverter.ToUInt32(image, header + 4) != VersionNeeds)
            {
                continue;
            }

            int strings = checked((int)(sections + (long)BitConverter.ToUInt32(image, header + 0x28) * size));
            long names = BitConverter.ToInt64(image, strings + 0x18);
            int need = checked((int)BitConverter.ToInt64(image, header + 0x18));
            for (uint left = BitConverter.ToUInt32(image, header + 0x2C); left > 0; left--)
            {
                int entry = need + (int)BitConverter.ToUInt32(image, need + 8);
                for (int entries = BitConverter.ToUInt16(image, need + 2); entries > 0; entries--)
                {
                    if (TextAt(image, names + BitConverter.ToUInt32(image, entry + 8)) == Version)
                    {
                        ushort flags = (ushort)(BitConverter.ToUInt16(image, entry + 4) | Weak);
                        image[entry + 4] = (byte)flags;
                        image[entry + 5] = (byte)(flags >> 8);
                        marked++;
                    }

                    entry += (int)BitConverter.ToUInt32(image, entry + 12);
                }

                need += (int)BitConverter.ToUInt32(image, need + 12);
            }
        }

        return marked;
    }

    private static string TextAt(byte[] image, long offset)
    {
        int start = checked((int)offset);
        return Encoding.ASCII.GetString(image, start, Array.IndexOf(image, (byte)0, start) - start);
    }
}
