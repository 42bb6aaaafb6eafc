namespace ModelOps.WebApi.Dashboard.Parts;

/// <summary>The severity of a message. It is shown by colour, icon and word, never by colour alone.</summary>
public enum Kind
{
    Info,
    Success,
    Warning,
    Error,
}
