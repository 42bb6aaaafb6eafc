using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ModelOps.TestSupport;

/// <summary>Signals of Linux and macOS, sent to one process by its id.</summary>
public static partial class Signals
{
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    public const int Terminate = 15;

    public static int Stop { get; } = OperatingSystem.IsMacOS() ? 17 : 19;

    public static int Continue { get; } = OperatingSystem.IsMacOS() ? 19 : 18;

    /// <returns>False when there is no such process any more.</returns>
    public static bool Send(int processId, int signal)
    {
        const int noSuchProcess = 3;
        if (processId <= 1)
        {
            throw new ArgumentOutOfRangeException(nameof(processId), "Groups of processes, and init, are nobody's to signal.");
        }

        if (SendSignal(processId, signal) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error == noSuchProcess ? false : throw new Win32Exception(error);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
