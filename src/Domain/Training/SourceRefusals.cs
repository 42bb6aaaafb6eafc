namespace ModelOps.Domain.Training;

/// <summary>The refusals about the hospital's own table of records.</summary>
public static class SourceRefusals
{
    public const string UnavailableCode = "source_unavailable";

    public static RefusalException Unavailable(Exception? inner = null) => new(
        RefusalKind.Unavailable, UnavailableCode,
        $"The hospital's table of records can't be reached at the moment. Nothing was trained; try again later.", inner);

    public static RefusalException TooSlow(int seconds, Exception? inner = null) => new(
        RefusalKind.Unavailable, UnavailableCode,
        $"The hospital's table of records wasn't read to its end within {seconds} s. Nothing was trained.", inner);

    public static RefusalException NoAccess(Exception? inner = null) => new(
        RefusalKind.Unavailable, UnavailableCode,
        $"The hospital's database refuses the user or the database that ModelOps__Source__ConnectionString names.", inner);

    public static RefusalException BadQuery(string sqlState, Exception? inner = null) => new(
        RefusalKind.Unprocessable, "source_invalid",
        $"The hospital's database refuses the query of ModelOps__Source__Query (SQLSTATE {sqlState}).", inner);

    public static RefusalException Writes(Exception? inner = null) => new(
        RefusalKind.Unprocessable, "source_invalid",
        $"The query of ModelOps__Source__Query tries to change the hospital's database, and was stopped.", inner);

    public static RefusalException TooManyRows(long limit) => new(
        RefusalKind.Unprocessable, "source_invalid",
        $"The hospital's table has more rows than the limit of {limit:# row|# rows}. Narrow ModelOps__Source__Query, or raise ModelOps__Source__MaxRows.");

    /// <param name="problem">What is wrong with the table's columns or values, without any value.</param>
    public static RefusalException BadTable(Sentence problem) => new(
        RefusalKind.Unprocessable, "source_invalid", $"The hospital's table of records can't be used. {problem}");

    public static RefusalException NeedsConfirmation(string codes) => new(
        RefusalKind.Unprocessable, "source_invalid",
        $"The values of the hospital's table are implausible. If they are right, set ModelOps__Source__Confirm={codes}.");
}
