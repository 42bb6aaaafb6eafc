
namespace ModelOps.TestSupport;

/// <summary>The databases that ModelOps runs on.</summary>
public enum Provider
{
    /// <summary>Embedded: a file in the data directory, jobs in memory.</summary>
    Sqlite,

    /// <summary>A database of the cluster that the tests of an assembly share.</summary>
    PostgreSql,
}
