using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace ModelOps.TestSupport;

/// <summary>Ports for servers that tests start and stop.</summary>
public static class LoopbackPort
{
    /// <summary>
    /// A free port below those that the system hands out to clients: while a server is stopped, one of those who try to connect to it could
    /// be given its port, and would even be connected to itself.
    /// </summary>
    public static int Free()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(15_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: try another one.
            }
        }
    }
}
