using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using ModelOps.Domain;

namespace ModelOps.WebApi.Tests.Errors;

public enum ProbeKind
{
    OnlyOne,
    TheOther,
}

public sealed record ProbePart(double HbA1c, int Age);

public sealed record ProbeBody(double Rate, int Epochs = 190, string? Note = null, ProbeKind Kind = ProbeKind.OnlyOne,
    IReadOnlyList<ProbePart>? Rows = null);

#pragma warning disable CA1822 // Actions are instance methods.
/// <summary>Exists in tests only: reads a body with everything in it, and fails in every way.</summary>
[ApiController]
[AllowAnonymous]
[Route("probe")]
public sealed class ProbeController : ControllerBase
{
    [HttpPost]
    public ProbeBody Echo([FromBody] ProbeBody body) => body;

    [HttpGet("time")]
    public object Time() => new { At = new DateTime(2025, 11, 11, 15, 30, 45, DateTimeKind.Unspecified), Loss = double.NaN };

    [HttpGet("fail/{how}")]
    public IActionResult Fail(string how) => how switch
    {
        "bug" => throw new InvalidOperationException("secret /path/of/the/machine"),
        "disk" => throw new IOException("No space left on device : '/secret/path'", 28),
        "database-disk" => throw new InvalidOperationException("wrapped", new Npgsql.PostgresException("secret", "ERROR", "ERROR", "53100")),
        "permissions" => throw new UnauthorizedAccessException("Access to the path '/secret/path' is denied."),
        "read-only" => throw new IOException("Read-only file system : '/secret/path'", 30),
        "busy" => throw new InvalidOperationException("wrapped", new Microsoft.Data.Sqlite.SqliteException("secret sql", 5)),
        "no-session" => throw new InvalidOperationException("wrapped", new Npgsql.PostgresException("could not write init file", "FATAL", "FATAL", "XX000")),
        "database-bug" => throw new InvalidOperationException("wrapped", new Npgsql.PostgresException("secret", "ERROR", "ERROR", "XX000")),
        "npgsql" => throw new Npgsql.NpgsqlException("secret host", new System.Net.Sockets.SocketException(111)),
        "cancelled" => throw new OperationCanceledException(),
        _ => throw new RefusalException(Enum.Parse<RefusalKind>(how), "some_code", $"Do something else."),
    };
}
