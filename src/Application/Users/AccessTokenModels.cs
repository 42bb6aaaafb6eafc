namespace ModelOps.Application.Users;

public static class AccessTokenLimits
{
    public const int MaxName = 100;

    /// <summary>The longest lifetime of a personal access token.</summary>
    public const int MaxDays = 366;
}
