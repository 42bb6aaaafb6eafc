using ModelOps.Application;

namespace ModelOps.WebApi.Dashboard;

/// <summary>Names the program behind a <c>User-Agent</c> header, so that people recognize their own sessions.</summary>
internal static class Clients
{
    /// <summary>The first match counts: most browsers name others as well.</summary>
    private static readonly (string Mark, string Name)[] Browsers =
    [
        ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ];

    private static readonly (string Mark, string Name)[] Systems =
    [
        ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
    ];

    public static string Name(string? agent)
    {
        if (string.IsNullOrWhiteSpace(agent))
        {
            return Texts.Say($"unknown program");
        }

        var (browser, system) = (Find(Browsers, agent), Find(Systems, agent));
        return (browser, system) switch
        {
            (not null, not null) => $"{browser} · {system}",
            (not null, null) => browser,

            // A script's agent, such as curl/8.5.0.
            _ => agent.Split(' ')[0],
        };
    }

    private static string? Find((string Mark, string Name)[] known, string agent) =>
        Array.Find(known, each => agent.Contains(each.Mark, StringComparison.Ordinal)).Name;
}
